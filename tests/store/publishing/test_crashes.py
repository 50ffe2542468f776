"""``kill -9`` of the client or the server in the middle of a publish: the old revision is whole."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, func, select

from gisgrid.store import plans, revisions
from gisgrid.store.engine import make_engine
from gisgrid.store.schema import ensure_ready
from gisgrid.store.server import PrivateServer
from gisgrid.store.tables import boundary_version, lineage
from tests.folders import new_folder
from tests.store.publishing.drawing import put
from tests.store.redraws import written, wrong_rows
from tests.store.test_publish import scatter
from tests.towns import frame, publish_town, square

# Publishes, and stops for ever at a point that its second argument names.
CLIENT = """
import sys, time
from sqlalchemy import event
from gisgrid.store.engine import make_engine
from gisgrid.store.publish import publish

url, plan_id, point = sys.argv[1:]

def halt():
    print("here", flush=True)
    time.sleep(600)

def look(connection, cursor, statement, *rest):
    if statement.startswith(point):
        halt()

engine = make_engine(url)
event.listen(engine, "before_cursor_execute", look)
event.listen(engine, "commit", lambda connection: halt() if point == "COMMIT" else None)
with engine.begin() as connection:
    publish(connection, int(plan_id), overlap_tolerance_m2=1.0)
"""

POINTS = ["UPDATE gisgrid.address", "COMMIT"]


def draft(engine: Engine) -> int:
    rows = [
        ("A1U1M1", "A1U1", square(0, 0, 1.5, 1)),
        ("A1U1M2", "A1U1", square(1.5, 0, 0.5, 1)),
    ]
    with engine.begin() as connection:
        return plans.add(connection, name="wide", level="micro", frame=frame(rows))


@contextmanager
def half_way(url: str, plan_id: int, point: str) -> Iterator[subprocess.Popen[bytes]]:
    """A client that has come so far with a publish and no further."""
    arguments = [sys.executable, "-c", CLIENT, url, str(plan_id), point]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as client:
        try:
            assert client.stdout is not None
            assert client.stdout.readline() == b"here\n"
            yield client
        finally:
            client.kill()


def text_url(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def assert_old_and_whole(engine: Engine, plan_id: int, before: object) -> None:
    with engine.connect() as connection:
        assert revisions.current(connection) == 4
        assert plans.by_id(connection, plan_id).state == "draft"
        assert written(connection) == before
        for table, count in ((boundary_version, 24), (lineage, 0)):
            assert connection.scalar(select(func.count()).select_from(table)) == count
    # And nothing stands in the way of the next.
    with engine.begin() as connection:
        assert put(connection, plan_id).revision == 5
        assert not any(wrong_rows(connection).values())


@pytest.mark.parametrize("point", POINTS)
def test_a_client_killed_half_way_leaves_the_old_revision_whole(town: Engine, point: str) -> None:
    scatter(town, 100, seed=6)
    plan_id = draft(town)
    with town.connect() as connection:
        before = written(connection)
    with half_way(text_url(town), plan_id, point) as client:
        os.kill(client.pid, signal.SIGKILL)
    assert_old_and_whole(town, plan_id, before)


@pytest.fixture
def own_server() -> Iterator[PrivateServer]:
    """A server of this test alone, which it may kill."""
    folder = new_folder()
    server = PrivateServer(folder / "home")
    server.up()
    server.ensure_database("town")
    yield server
    server.down()
    shutil.rmtree(folder)


def test_a_server_killed_half_way_leaves_the_old_revision_whole(own_server: PrivateServer) -> None:
    engine = make_engine(own_server.url("town"))
    ensure_ready(engine)
    publish_town(engine)
    scatter(engine, 100, seed=7)
    plan_id = draft(engine)
    with engine.connect() as connection:
        before = written(connection)
    with half_way(text_url(engine), plan_id, POINTS[-1]):
        pid = own_server.status().pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
    engine.dispose()
    own_server.up()
    assert own_server.status().pid != pid
    assert_old_and_whole(engine, plan_id, before)
    engine.dispose()
