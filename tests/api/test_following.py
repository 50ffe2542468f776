from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from api.app import create_app
from api.following import Following
from api.logs import Log
from api.metrics import Metrics
from gisgrid.settings import Settings
from gisgrid.store.listening import Listener

from .conftest import serving
from .district import level, put
from .hammering import HERE, PLAIN, hammered, owner, swap
from .waiting import until


@pytest.fixture
def following(squares: Engine, settings: Settings) -> Iterator[Following]:
    """The boundaries of the small district, followed."""
    made = Following(squares, settings, Log(), Metrics())
    made.start()
    yield made
    made.stop()


def test_a_publish_is_followed(following: Following, squares: Engine) -> None:
    before = following.served
    swap(squares)
    until(lambda: following.served.revision == 5)
    assert following.served is not before
    # Who took the state before goes on with it, whole.
    for served, micro in ((before, "101001001"), (following.served, "101001002")):
        assert micro.encode() in served.wording(HERE[0], HERE[1]).owners
    assert before.revision == 4


def test_what_is_rolled_back_is_not_followed(following: Following, squares: Engine) -> None:
    before = following.served
    with squares.connect() as connection:
        frame = level("unit").iloc[[0]].assign(name="没有的坊")
        put(connection, "unit", frame)
        connection.rollback()
    swap(squares)
    until(lambda: following.served.revision == 5)
    assert [grid.name for grid in following.served.grids["unit"]] == [
        grid.name for grid in before.grids["unit"]
    ]


def listeners(engine: Engine) -> list[int]:
    """The server processes that hold a LISTEN of this database."""
    query = text(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE :what"
    )
    with engine.connect() as connection:
        return list(connection.scalars(query, {"what": "LISTEN%"}))


def test_a_lost_connection_is_made_anew(following: Following, squares: Engine) -> None:
    (first,) = until(lambda: listeners(squares))
    for _ in range(2):
        with squares.begin() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": first})
        (again,) = until(lambda old=first: [pid for pid in listeners(squares) if pid != old])
        first = again
    # Published while nobody listened, or after: it is followed either way.
    swap(squares)
    until(lambda: following.served.revision == 5)
    with squares.begin() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": first})
    swap(squares)
    until(lambda: following.served.revision == 6)


def test_an_announcement_that_was_missed_is_made_good(
    following: Following, squares: Engine
) -> None:
    with squares.begin() as connection:
        # As a publish, but nobody is told.
        connection.execute(
            text("INSERT INTO gisgrid.revision (number, effective_at) VALUES (5, now())")
        )
    until(lambda: following.served.revision == 5)


def test_a_fault_behind_the_scenes_stops_no_answer(
    following: Following,
    squares: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried = threading.Event()

    def fail(reading: Any) -> None:
        tried.set()
        raise RuntimeError("no index today")

    with monkeypatch.context() as broken:
        broken.setattr("api.following.Served.read", fail)
        swap(squares)
        assert tried.wait(30)
        assert following.served.revision == 4
    until(lambda: following.served.revision == 5)


def test_the_bell_ends_the_waiting(squares: Engine) -> None:
    bell, rope = socket.socketpair()
    with bell, rope, Listener(squares, bell) as listener:
        rope.send(b"\0")
        listener.wait(60)
    with squares.connect() as connection:
        # The connection that listened is not handed on.
        assert connection.scalar(text("SELECT count(*) FROM pg_listening_channels()")) == 0


def test_it_lets_its_connections_go(squares: Engine, settings: Settings) -> None:
    before = listeners(squares)
    with TestClient(create_app(settings, engine=squares, demo=True)) as client:
        assert client.get(PLAIN).status_code == 200
        until(lambda: listeners(squares))
    until(lambda: listeners(squares) == before)


def test_under_publishes_no_request_fails_or_sees_a_mixture(
    squares: Engine, settings: Settings
) -> None:
    with serving(create_app(settings, engine=squares, demo=True)) as address:
        seen = hammered(address, squares, 4)
    revisions = {revision for revision, _ in seen}
    assert len(revisions) > 1
    assert {(revision, *micros) for revision, micros in seen} == {
        (revision, owner(revision)) for revision in revisions
    }
