"""Held places through all that happens to them, in any order: each belongs where it should."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, func, select, update

from gisgrid.imports import ImportReport, PlaceFile, import_places
from gisgrid.store import grids, holds
from gisgrid.store.tables import address, lineage, patrol_point
from tests.store.redraws import REDRAWS, drawn, hold_some, put, rows_of, wrong_rows
from tests.towns import SIDE, SOUTH, WEST, publish_rows

LOW, HIGH = np.array([WEST, SOUTH]), np.array([WEST + 8 * SIDE, SOUTH + 2 * SIDE])

# What is held, by its kind and id: the grid that holds it.
Held = dict[tuple[str, str], str]


def load(engine: Engine, file: Path, places: dict[str, tuple[float, float]]) -> ImportReport:
    """Import patrol points."""
    lines = [f"{name},{lon!r},{lat!r}" for name, (lon, lat) in places.items()]
    file.write_text("\n".join(["id,lon,lat", *lines]), encoding="utf-8")
    request = PlaceFile(
        path=file, kind="patrol", id="id", lon="lon", lat="lat", columns={}, crs="wgs84"
    )
    return import_places(engine, request, zone=UTC)


def patrols(engine: Engine) -> dict[str, tuple[float, float]]:
    """Where the patrol points lie."""
    point = patrol_point.c.point
    query = select(patrol_point.c.source_id, func.ST_X(point), func.ST_Y(point))
    with engine.connect() as connection:
        found = connection.execute(query.order_by(patrol_point.c.source_id))
        return {name: (lon, lat) for name, lon, lat in found}


def held(engine: Engine) -> Held:
    with engine.connect() as connection:
        found = holds.listing(connection, datetime.now(UTC))
    return {(one.kind, one.source_id): one.grid for one in found}


def valid(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return {one.code for one in grids.listing(connection, datetime.now(UTC), level="micro")}


def households(engine: Engine) -> dict[int, int]:
    """The households of each grid, of any level, by the addresses that it owns."""
    own = address.c
    found: dict[int, int] = {}
    with engine.connect() as connection:
        for owner in (own.area_id, own.unit_id, own.micro_id, own.police_id):
            query = select(owner, func.sum(own.households)).group_by(owner)
            found |= dict(map(tuple, connection.execute(query.where(owner.is_not(None)))))
    return found


def passages(engine: Engine, revision: int) -> list[tuple[int, int, float]]:
    """What households a revision took from a grid, and their share by its lineage."""
    own = lineage.c
    query = select(own.from_id, own.households, own.household_share)
    with engine.connect() as connection:
        rows = connection.execute(query.where(own.revision == revision, own.households > 0))
        return [tuple(row) for row in rows]


def test_an_import_of_the_same_points_leaves_what_is_held(town: Engine, tmp_path: Path) -> None:
    file = tmp_path / "patrols.csv"
    places = {f"p{i}": (WEST + (i + 0.5) * SIDE, SOUTH + 0.5 * SIDE) for i in range(4)}
    load(town, file, places)
    with town.begin() as connection:
        for name in ("p0", "p1"):
            holds.hold(connection, "patrol", name, grid="A2U2M4", reason="x")
    again = load(town, file, places)
    assert (again.inserted, again.updated, again.unchanged) == (0, 0, 4)
    assert set(held(town).values()) == {"A2U2M4"}
    moved = load(town, file, places | {"p1": (WEST + 4.5 * SIDE, SOUTH + 0.5 * SIDE)})
    assert (moved.updated, moved.unchanged) == (1, 3)
    assert held(town) == {("patrol", "p0"): "A2U2M4"}
    with town.connect() as connection:
        assert not any(wrong_rows(connection).values())


SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.drill) for seed in range(1, 40))]


@pytest.mark.parametrize("seed", SEEDS)
def test_after_anything_a_place_is_in_the_grid_that_holds_it_or_where_it_lies(
    town: Engine, tmp_path: Path, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    drawing = drawn()
    with town.begin() as connection:
        put(connection, rng.uniform(LOW, HIGH, (60, 2)), "p")
        connection.execute(update(address).values(households=1 + address.c.id % 7))
        expected = hold_some(connection, rng, 20)

    def hold(number: int) -> None:
        with town.begin() as connection:
            expected.update(hold_some(connection, rng, 4))

    def release(number: int) -> None:
        for kind, name in [key for key in sorted(expected) if rng.random() < 0.15]:
            with town.begin() as connection:
                holds.release(connection, kind, name)
            del expected[kind, name]

    def move(number: int) -> None:
        for kind, table in holds.HELD_TABLES.items():
            lon, lat = rng.uniform(LOW, HIGH).tolist()
            name = f"p{rng.integers(12)}"
            point = func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4326)
            with town.begin() as connection:
                row = table.c.source_id == name
                connection.execute(table.update().where(row).values(point=point))
            expected.pop((kind, name), None)

    def bring(number: int) -> None:
        places = patrols(town)
        for name in rng.choice(list(places), 3).tolist():
            places[name] = tuple(rng.uniform(LOW, HIGH).tolist())
            expected.pop(("patrol", name), None)
        load(town, tmp_path / "patrols.csv", places)

    def publish(number: int) -> None:
        name = str(rng.choice(list(REDRAWS)))
        before, homes = valid(town), households(town)
        for level in REDRAWS[name](drawing, rng, number):
            with town.begin() as connection:
                published = publish_rows(
                    connection, level, rows_of(drawing, level), replaces="level"
                )
            known = passages(town, published.revision) if published.changes else []
            for from_id, moved, share in known:
                assert share == pytest.approx(moved / homes[from_id])
            homes = households(town)
            let_go = {(one.kind, one.source_id): one.grid for one in published.held if one.ended}
            gone = before - valid(town)
            assert let_go == {key: grid for key, grid in expected.items() if grid in gone}
            for key in let_go:
                del expected[key]

    actions: list[Callable[[int], None]] = [hold, release, move, bring, publish, publish]
    for number in range(18):
        action = actions[number % 6] if number < 6 else actions[int(rng.integers(6))]
        action(number)
        assert held(town) == expected, action.__name__
        with town.connect() as connection:
            assert not any(wrong_rows(connection).values()), action.__name__
