"""Publishing while others write, import, listen or publish."""

from __future__ import annotations

import select as polling
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event

import pytest
from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import DBAPIError

from gisgrid.errors import PublishBlocked
from gisgrid.store import grids, revisions
from gisgrid.store.tables import address
from tests.store.test_publish import scatter
from tests.towns import SIDE, SOUTH, WEST, publish_rows, publish_town, square


def test_a_publish_is_announced_when_it_commits(engine: Engine) -> None:
    listener = engine.raw_connection()
    listener.driver_connection.set_session(autocommit=True)
    with listener.cursor() as cursor:
        cursor.execute(f"LISTEN {revisions.CHANNEL}")
    publish_town(engine)
    while len(listener.driver_connection.notifies) < 4:
        assert polling.select([listener.driver_connection], [], [], 5)[0]
        listener.driver_connection.poll()
    assert [n.payload for n in listener.driver_connection.notifies] == ["1", "2", "3", "4"]
    listener.close()


def test_a_row_inserted_while_a_publish_is_under_way_gets_the_new_owner(town: Engine) -> None:
    rows = [
        ("A1U1M1", "A1U1", square(0, 0, 1.5, 1)),
        ("A1U1M2", "A1U1", square(1.5, 0, 0.5, 1)),
    ]
    lon, lat = WEST + 1.2 * SIDE, SOUTH + 0.5 * SIDE
    place = insert(address).values(source_id="1", point=f"SRID=4326;POINT({lon!r} {lat!r})")

    def write() -> None:
        with town.begin() as connection:
            connection.execute(place)

    with ThreadPoolExecutor(1) as pool:
        with town.begin() as connection:
            publish_rows(connection, "micro", rows)
            writing = pool.submit(write)
            wait([writing], timeout=0.5)
            assert not writing.done()
        writing.result(timeout=10)
    with town.connect() as connection:
        row = connection.execute(select(address)).one()
        assert row.micro_id == grids.ids_by_code(connection, ["A1U1M1"])["A1U1M1"]
        assert row.assigned_revision == 5


def test_a_publish_waits_for_an_import_under_way(town: Engine) -> None:
    with ThreadPoolExecutor(1) as pool:
        with town.begin() as importing:
            revisions.hold_still(importing)

            def change() -> None:
                with town.begin() as connection:
                    publish_rows(connection, "micro", [("A1U1M1", "A1U1", square(0, 0, 0.5, 1))])

            publishing = pool.submit(change)
            wait([publishing], timeout=0.5)
            assert not publishing.done()
        publishing.result(timeout=10)


def test_a_publish_that_waited_sees_what_was_published_meanwhile(town: Engine) -> None:
    """Its clock is read after the wait: read before, it would not see the other's boundaries."""
    new = [("N1", "A1U1", square(20, 0))]
    overlapping = [("N2", "A1U1", square(20.5, 0))]

    def wait_and_publish() -> None:
        with town.begin() as connection:
            connection.execute(select(1))
            started.set()
            publish_rows(connection, "micro", overlapping)

    started = Event()
    with ThreadPoolExecutor(1) as pool:
        with town.begin() as connection:
            revisions.lock_for_publish(connection)
            publishing = pool.submit(wait_and_publish)
            assert started.wait(10)
            publish_rows(connection, "micro", new)
        with pytest.raises(PublishBlocked, match="N1 and N2"):
            publishing.result(timeout=10)


def test_a_client_and_a_publish_do_not_wait_for_each_other(town: Engine) -> None:
    """A client that holds a row and then inserts, while a publish wants that row."""
    scatter(town, 20, seed=4)
    rows = [
        ("A1U1M1", "A1U1", square(0, 0, 1.5, 1)),
        ("A1U1M2", "A1U1", square(1.5, 0, 0.5, 1)),
    ]

    def change() -> None:
        with town.begin() as connection:
            publish_rows(connection, "micro", rows)

    with ThreadPoolExecutor(1) as pool:
        with town.begin() as connection:
            connection.execute(update(address).values(text="edited"))
            publishing = pool.submit(change)
            wait([publishing], timeout=0.5)
            connection.execute(
                insert(address).values(source_id="new", point="SRID=4326;POINT(0 0)")
            )
        publishing.result(timeout=10)


def test_an_older_snapshot_may_not_write_places(town: Engine) -> None:
    older = town.execution_options(isolation_level="REPEATABLE READ")
    with pytest.raises(DBAPIError, match="READ COMMITTED"), older.begin() as connection:
        connection.execute(insert(address).values(source_id="1", point="SRID=4326;POINT(0 0)"))
