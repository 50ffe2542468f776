"""Asking a server without pause while boundaries are published under it."""

from __future__ import annotations

import json
import threading
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Engine, text

from .district import SOUTH, STEP, WEST, level, put

HERE = [WEST + 0.2 * STEP, SOUTH + 0.2 * STEP]
PLAIN = f"/v1/resolve?lon={HERE[0]!r}&lat={HERE[1]!r}"


def swap(engine: Engine) -> None:
    """Let the first two quarters of a unit change places: everybody near there moves."""
    with engine.connect() as connection:
        count = int(connection.scalar(text("SELECT count(*) FROM gisgrid.revision")) or 0)
    frame = level("micro")
    frame = frame[frame["parent"] == "101001"].iloc[[0, 1]].copy()
    if count % 2 == 0:
        frame.geometry = frame.geometry.iloc[::-1].to_numpy()
    with engine.begin() as connection:
        put(connection, "micro", frame)


def owner(revision: int) -> str:
    """The micro-grid of `HERE` after so many publishes by `swap`."""
    return "101001001" if revision % 2 == 0 else "101001002"


class Hammer(threading.Thread):
    """Asks for a point and for a batch again and again, over one connection each time."""

    def __init__(self, address: str, stop: threading.Event, key: dict[str, str]) -> None:
        super().__init__()
        self.place = urlsplit(address).netloc
        self.stop = stop
        self.key = key
        self.seen: list[tuple[int, set[str]]] = []
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.stop.is_set():
                connection = HTTPConnection(self.place, timeout=30)
                for _ in range(5):
                    self._ask(connection)
                connection.close()
        except BaseException as failure:
            self.failure = failure

    def _ask(self, connection: HTTPConnection) -> None:
        connection.request("GET", PLAIN, headers=self.key)
        found = self._read(connection)
        self.seen.append((found["revision"], {found["grids"][2]["code"]}))
        body = json.dumps({"points": [HERE] * 500})
        headers = {"Content-Type": "application/json", **self.key}
        connection.request("POST", "/v1/resolve/batch", body, headers)
        found = self._read(connection)
        self.seen.append((found["revision"], {row["micro"] for row in found["rows"]}))

    def _read(self, connection: HTTPConnection) -> Any:
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        return json.loads(body)


def hammered(
    address: str, engine: Engine, publishes: int, key: dict[str, str] | None = None
) -> list[tuple[int, set[str]]]:
    """What eight threads see, with the headers of a key, while boundaries are published."""
    stop = threading.Event()
    threads = [Hammer(address, stop, key or {}) for _ in range(8)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(publishes):
            swap(engine)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert [thread.failure for thread in threads] == [None] * 8
    return [one for thread in threads for one in thread.seen]
