"""Several worker processes of ``gisgrid serve``."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import build_opener, install_opener, urlopen

import pytest
from sqlalchemy import Engine

from .hammering import PLAIN, hammered, owner, swap
from .signing import signed_in
from .waiting import until


@contextmanager
def workers(engine: Engine, count: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Serve a database by so many processes; the address, and headers that `urlopen` sends too."""
    key = signed_in(None, engine, "reviewer", whole=True)
    opener = build_opener()
    opener.addheaders = [*key.items()]
    install_opener(opener)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = "from gisgrid.cli import main; main()"
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", program, "serve", "--workers", str(count)]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--database", url],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        # A worker that has not read the boundaries yet serves revision 0, that is nothing.
        until(lambda: len(served := served_by(address)) == count and all(served.values()))
        yield address, key
    finally:
        install_opener(build_opener())
        process.send_signal(signal.SIGINT)
        process.wait()


def metrics(address: str) -> str:
    try:
        with urlopen(f"{address}/metrics", timeout=30) as answer:
            return str(answer.read().decode())
    except (URLError, ConnectionError):
        return ""


def served_by(address: str) -> dict[int, float]:
    """The revision that each worker serves, by its process."""
    line = re.compile(r'^gisgrid_served_revision\{pid="(\d+)"\} ([0-9.]+)$', re.MULTILINE)
    return {int(pid): float(revision) for pid, revision in line.findall(metrics(address))}


def test_workers_count_together_and_all_follow(squares: Engine) -> None:
    with workers(squares, 2) as (address, _):
        assert set(served_by(address).values()) == {4.0}
        for _ in range(20):
            with urlopen(address + PLAIN, timeout=30) as answer:
                assert answer.status == 200
        counted = (
            'gisgrid_request_seconds_count{method="GET",route="/v1/resolve",status="2xx"} 20.0'
        )
        # Whichever of them is asked.
        assert all(counted in metrics(address) for _ in range(6))
        swap(squares)
        until(lambda: list(served_by(address).values()) == [5.0, 5.0])


@pytest.mark.drill
def test_two_workers_under_publishes_and_the_death_of_one(squares: Engine) -> None:
    with workers(squares, 2) as (address, key):
        seen = hammered(address, squares, 30, key)
        until(lambda: set(served_by(address).values()) == {34.0})
        revisions = {revision for revision, _ in seen}
        assert len(revisions) > 10
        assert {(revision, *micros) for revision, micros in seen} == {
            (revision, owner(revision)) for revision in revisions
        }
        killed = next(iter(served_by(address)))
        os.kill(killed, signal.SIGKILL)
        # The server starts another in its place; the dead one is no longer told of.
        until(lambda: killed not in (now := served_by(address)) and len(now) == 2)
        swap(squares)
        until(lambda: set(served_by(address).values()) == {35.0})
