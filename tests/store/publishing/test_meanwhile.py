"""What others read and write while boundaries are published under them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from sqlalchemy import Engine, func, insert, select, text

from gisgrid.errors import NotFound
from gisgrid.imports import PlaceFile, import_places
from gisgrid.store import grids, holds, revisions
from gisgrid.store.engine import snapshot
from gisgrid.store.owners import resolve_point
from gisgrid.store.places import OWNED
from gisgrid.store.tables import address
from tests.store.publishing.drawing import add_drawn, ids, put, row
from tests.store.redraws import hold_some, wrong_rows
from tests.store.redraws import put as put_places
from tests.store.test_publish import scatter
from tests.towns import SIDE, SOUTH, WEST, publish_town, square

LOW, HIGH = np.array([WEST, SOUTH]), np.array([WEST + 2 * SIDE, SOUTH + 2 * SIDE])


def redraw(engine: Engine, number: int) -> None:
    """Move the border between two micro-grids to one side or the other."""
    width = 1.5 if number % 2 == 0 else 0.5
    with engine.begin() as connection:
        m1, m2, unit = ids(connection, "A1U1M1", "A1U1M2", "A1U1")
        plan_id = add_drawn(
            connection,
            row(m1, "A1U1M1", unit, square(0, 0, width, 1)),
            row(m2, "A1U1M2", unit, square(width, 0, 2 - width, 1)),
        )
        put(connection, plan_id)


@contextmanager
def going_on(*works: Callable[[int], None]) -> Iterator[None]:
    """Do some things again and again, each in a thread of its own."""
    stop = Event()

    def repeat(work: Callable[[int], None]) -> int:
        number = 0
        while not stop.is_set():
            work(number)
            number += 1
        return number

    with ThreadPoolExecutor(len(works)) as pool:
        running: list[Future[int]] = [pool.submit(repeat, work) for work in works]
        try:
            yield
        finally:
            stop.set()
        assert min(one.result(timeout=120) for one in running) > 0


def test_a_reader_sees_the_old_answer_or_the_new_and_never_a_mixture(town: Engine) -> None:
    lon, lat = WEST + SIDE, SOUTH + SIDE * np.arange(1, 10) / 10
    places = [f"SRID=4326;POINT({lon!r} {float(y)!r})" for y in lat]
    with town.begin() as connection:
        rows = [{"source_id": str(i), "point": place} for i, place in enumerate(places)]
        connection.execute(insert(address), rows)
        m1, m2 = ids(connection, "A1U1M1", "A1U1M2")
    # After an even number of redraws the border is on the left of all of them.
    seen: set[tuple[int, frozenset[str], frozenset[int]]] = set()

    def read(number: int) -> None:
        with snapshot(town) as connection:
            stored = frozenset(connection.scalars(select(address.c.micro_id)))
            revision = revisions.current(connection)
            now = datetime.now(UTC)
            found = frozenset(
                resolve_point(connection, lon, float(y), now).grids[-1].code for y in lat[::4]
            )
            seen.add((revision, found, stored))

    def read_plainly(number: int) -> None:
        with town.connect() as connection:
            assert len(set(connection.scalars(select(address.c.micro_id)))) == 1

    redraw(town, 1)
    with going_on(read, read, read_plainly):
        for number in range(6):
            redraw(town, number)
    expected = {
        revision: (frozenset(["A1U1M1"]), frozenset([m1]))
        if revision % 2 == 0
        else (frozenset(["A1U1M2"]), frozenset([m2]))
        for revision in range(5, 12)
    }
    assert len(seen) > 1
    assert {(revision, *expected[revision]) for revision, _, _ in seen} == seen


COUNTS = [8, pytest.param(100, marks=pytest.mark.drill)]


@pytest.mark.parametrize("publishes", COUNTS)
def test_places_written_throughout_publishes_have_the_right_owners(
    town: Engine, tmp_path: Path, publishes: int
) -> None:
    rngs = [np.random.default_rng(seed) for seed in range(4)]
    with town.begin() as connection:
        put_places(connection, rngs[0].uniform(LOW, HIGH, (60, 2)), "first")

    def add(number: int) -> None:
        with town.begin() as connection:
            put_places(connection, rngs[0].uniform(LOW, HIGH, (len(OWNED), 2)), f"added{number}-")

    def move(number: int) -> None:
        table = OWNED[number % len(OWNED)]
        x, y = rngs[1].uniform(LOW, HIGH).tolist()
        with town.begin() as connection:
            chosen = connection.scalars(select(table.c.id).order_by(func.random()).limit(3)).all()
            for one in chosen:
                point = func.ST_SetSRID(func.ST_MakePoint(x, y), 4326)
                connection.execute(table.update().where(table.c.id == one).values(point=point))

    def load(number: int) -> None:
        points = rngs[2].uniform(LOW, HIGH, (40, 2))
        file = tmp_path / "places.csv"
        lines = [f"p{i},{lon!r},{lat!r}" for i, (lon, lat) in enumerate(points.tolist())]
        file.write_text("\n".join(["id,lon,lat", *lines]), encoding="utf-8")
        request = PlaceFile(
            path=file, kind="patrol", id="id", lon="lon", lat="lat", columns={}, crs="wgs84"
        )
        import_places(town, request, zone=UTC)

    def hold(number: int) -> None:
        with town.begin() as connection:
            hold_some(connection, rngs[3], 1)

    def release(number: int) -> None:
        with town.begin() as connection:
            for one in holds.listing(connection, datetime.now(UTC), limit=1):
                # Somebody may have moved it meanwhile.
                with suppress(NotFound):
                    holds.release(connection, one.kind, one.source_id)

    with going_on(add, move, load, hold, release):
        for number in range(publishes):
            redraw(town, number)
    with town.begin() as connection:
        assert revisions.current(connection) == 4 + publishes
        assert wrong_rows(connection) == {table.name: [] for table in OWNED}
        hold_some(connection, rngs[3], 20)
    redraw(town, publishes)
    with town.connect() as connection:
        assert wrong_rows(connection) == {table.name: [] for table in OWNED}
        assert len(holds.listing(connection, datetime.now(UTC))) > 10
        assert connection.scalar(select(func.count()).select_from(address)) > 12


def test_yesterday_still_gives_yesterdays_grid_for_all_that_moved(engine: Engine) -> None:
    """And a place outside the changed ground is not written."""
    publish_town(engine, effective_at=datetime(2024, 1, 1, tzinfo=UTC))
    scatter(engine, 300, seed=11)
    columns = [address.c.id, address.c.micro_id, text("xmin::text"), text("ST_X(point) AS lon")]
    query = select(*columns, text("ST_Y(point) AS lat")).order_by(address.c.id)
    with engine.connect() as connection:
        before = connection.execute(query).all()
    yesterday = datetime.now(UTC)
    redraw(engine, 0)
    with engine.connect() as connection:
        after = connection.execute(query).all()
        names = {grid.id: grid.code for grid in grids.listing(connection, yesterday)}
        moved = [
            (one, other)
            for one, other in zip(before, after, strict=True)
            if one.micro_id != other.micro_id
        ]
        assert len(moved) > 5
        for one, other in moved:
            then, now = (
                resolve_point(connection, one.lon, one.lat, at).grids[-1].code
                for at in (yesterday, datetime.now(UTC))
            )
            assert (then, now) == (names[one.micro_id], names[other.micro_id])
    rewritten = {one.id for one, other in zip(before, after, strict=True) if one[2] != other[2]}
    inside = {
        one.id
        for one in before
        if WEST + SIDE <= one.lon <= WEST + 1.5 * SIDE and SOUTH <= one.lat <= SOUTH + SIDE
    }
    assert {one.id for one, _ in moved} <= rewritten <= inside
