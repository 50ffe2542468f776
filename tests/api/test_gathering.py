"""What an answer writes in pieces leaves in one, and nothing is lost or kept back."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from api.gathering import GatheringTransport

Act = Callable[[GatheringTransport, "Sends"], Awaitable[None]]


class Sends(asyncio.Transport):
    """A transport over a real socket that notes each time something is sent."""

    def __init__(self, below: asyncio.Transport) -> None:
        super().__init__()
        self.below = below
        self.sent: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.sent.append(bytes(data))
        self.below.write(data)

    def close(self) -> None:
        self.below.close()

    def abort(self) -> None:
        self.below.abort()

    def is_closing(self) -> bool:
        return self.below.is_closing()


def received(act: Act) -> tuple[bytes, list[bytes]]:
    """What a client reads until the end, and the pieces in which it was sent."""

    async def both() -> tuple[bytes, list[bytes]]:
        ours, theirs = socket.socketpair()
        loop = asyncio.get_running_loop()
        below, _ = await loop.create_connection(asyncio.Protocol, sock=ours)
        counted = Sends(below)
        reader, writer = await asyncio.open_connection(sock=theirs)
        gathering = GatheringTransport(counted, loop)
        reading = asyncio.create_task(reader.read())
        await act(gathering, counted)
        gathering.close()
        try:
            return await asyncio.wait_for(reading, 10), counted.sent
        finally:
            writer.close()

    # In a thread: where a browser is tested, this one has a loop that runs.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(both())).result()


def test_a_head_and_a_body_leave_together() -> None:
    async def act(gathering: GatheringTransport, counted: Sends) -> None:
        gathering.write(b"head ")
        gathering.write(b"body")
        assert counted.sent == []
        await asyncio.sleep(0)
        assert counted.sent == [b"head body"]
        gathering.write(b" and more")
        await asyncio.sleep(0)

    assert received(act) == (b"head body and more", [b"head body", b" and more"])


def test_closing_sends_what_is_held() -> None:
    async def act(gathering: GatheringTransport, counted: Sends) -> None:
        gathering.write(b"last")
        gathering.write(b" words")

    assert received(act) == (b"last words", [b"last words"])


def test_much_is_passed_on_at_once() -> None:
    chunk = b"x" * 40_000

    async def act(gathering: GatheringTransport, counted: Sends) -> None:
        for _ in range(5):
            gathering.write(chunk)
        assert [len(piece) for piece in counted.sent] == [80_000, 80_000]

    content, pieces = received(act)
    assert content == chunk * 5
    assert [len(piece) for piece in pieces] == [80_000, 80_000, 40_000]


@pytest.mark.parametrize("through", ["abort", "abort below"])
def test_a_connection_that_ended_is_sent_nothing(through: str) -> None:
    async def act(gathering: GatheringTransport, counted: Sends) -> None:
        gathering.write(b"too late")
        if through == "abort":
            gathering.abort()
        else:
            counted.abort()
        await asyncio.sleep(0.01)

    content, pieces = received(act)
    assert (content, pieces) == (b"", [])
