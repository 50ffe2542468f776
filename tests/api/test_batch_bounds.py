"""What a batch may cost: memory that a small body asks for, places that a slow peer holds."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from api.batch.arrow_points import read_arrow
from api.batch.kinds import ARROW, CSV, JSON
from api.batch.patience import GRACE, RATE, Patience
from api.service import _BATCHES
from gisgrid.settings import Settings

from .conftest import serving
from .waiting import until


def written(batches: list[pa.RecordBatch]) -> io.BufferedReader:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, batches[0].schema) as made:
        for batch in batches:
            made.write_batch(batch)
    return io.BufferedReader(io.BytesIO(sink.getvalue()))  # type: ignore[arg-type]


def test_a_long_word_of_a_dictionary_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    numbers = read_arrow.__globals__["numbers"]

    def counted(values: pa.Array) -> object:
        taken.append(int(values.str.len().fillna(0).sum()))
        return numbers(values)

    monkeypatch.setattr("api.batch.arrow_points.numbers", counted)
    words = pa.array(["121.5", "0" * 50_000, None, "east"])
    column = pa.DictionaryArray.from_arrays(pa.array([1, 0, 2, 3, None] * 1000), words)
    table = pa.table({"lon": column, "lat": pa.array([31.0] * 5000)})
    asked = read_arrow(written(table.to_batches(max_chunksize=500)), 5000)
    assert [one if one == one else None for one in asked.x[:5]] == [None, 121.5, None, None, None]
    assert len(asked.x) == 5000
    assert taken == [len("121.5") + len("east")]


def test_a_dictionary_that_is_replaced_is_read_anew() -> None:
    batches = [
        pa.record_batch({"lon": pa.array([lon, None]).dictionary_encode(), "lat": [31.0, 31.0]})
        for lon in ("121.5", "7", "8")
    ]
    asked = read_arrow(written(batches), 10)
    assert asked.x[::2].tolist() == [121.5, 7.0, 8.0]
    assert list(asked.faults) == [1, 3, 5]


def test_text_that_is_longer_than_any_number_is_none() -> None:
    batch = pa.record_batch({"lon": ["1." + "0" * 98, "1." + "0" * 99, None], "lat": ["2"] * 3})
    asked = read_arrow(written([batch]), 10)
    assert asked.x[0] == 1.0
    assert list(asked.faults) == [1, 2]


@given(sizes=st.lists(st.integers(0, 10_000_000)))
def test_patience_never_grows_beyond_its_beginning(sizes: list[int]) -> None:
    patience = Patience()
    for size in sizes:
        patience.left -= 7.0
        before = patience.left
        patience.reward(size)
        assert patience.left == min(GRACE, before + size / RATE)


@contextmanager
def calling(address: str, kind: str, length: int, begun: bytes) -> Iterator[socket.socket]:
    """A connection on which a batch has been begun."""
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname, parts.port)) as caller:
        caller.settimeout(60)
        head = f"POST /v1/resolve/batch HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\n"
        caller.sendall(f"{head}Content-Length: {length}\r\n\r\n".encode() + begun)
        yield caller


def test_who_trickles_is_given_up(
    squares: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.batch.patience.GRACE", 0.5)
    with (
        serving(create_app(settings, engine=squares, demo=True)) as address,
        calling(address, CSV, 10_000, b"lon,lat\n") as caller,
    ):
        caller.settimeout(0.02)
        answer = b""
        for _ in range(2000):
            # Never silent for long, and never done.
            caller.sendall(b"1")
            try:
                answer = caller.recv(10_000)
                break
            except TimeoutError:
                continue
    assert b"422" in answer.partition(b"\r\n")[0]
    assert b"bytes a second" in answer


def test_a_place_is_held_until_the_answer_is_read_and_the_reader_is_given_up(
    squares: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.batch.patience.GRACE", 2.0)
    body = json.dumps({"points": [[0, 0]] * 200_000}).encode()
    app = create_app(settings, engine=squares, demo=True)
    places = app.state.service.batches
    with serving(app) as address:
        with calling(address, JSON, len(body), body) as first:
            assert first.recv(12) == b"HTTP/1.1 200"
            assert places.borrowed_tokens == 1
            # It does not read on, and does not go away.
            until(lambda: places.borrowed_tokens == 0)
        with calling(address, JSON, len(body), body) as second:
            read = 0
            while piece := second.recv(1 << 20):
                read += len(piece)
                if piece.endswith(b"0\r\n\r\n"):
                    break
        until(lambda: places.borrowed_tokens == 0)
    assert read > 10_000_000


def test_places_come_back_whatever_becomes_of_a_batch(client: TestClient) -> None:
    for _ in range(2 * _BATCHES):
        for body in (b"", b"lon,lat\n1,2\n"):
            answer = client.post("/v1/resolve/batch?at=x", content=body, headers=_CSV)
            assert answer.status_code == 422
        assert client.post("/v1/resolve/batch", content=b"lon,lat\n", headers=_CSV).is_success


_CSV = {"Content-Type": CSV}


@pytest.mark.parametrize("kind", [JSON, CSV, ARROW])
def test_who_goes_away_is_no_fault_of_the_service(
    squares: Engine, settings: Settings, kind: str
) -> None:
    table = pa.table({"lon": [1.0], "lat": [2.0]})
    begun = {JSON: b'{"points": [', CSV: b"lon,lat\n1,", ARROW: b""}[kind]
    if not begun:
        begun = written(table.to_batches()).read()[:-100]
    app = create_app(settings, engine=squares, demo=True)
    app.state.service.log._stream = said = io.StringIO()
    with serving(app) as address:
        with calling(address, kind, 10_000, begun):
            pass
        until(said.getvalue)
    (line,) = map(json.loads, said.getvalue().splitlines())
    assert (line["status"], line["level"], line["event"]) == (499, "info", "request")
