"""One owner: the database's function, the index and the trigger agree, borders and all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import shapely
from sqlalchemy import Engine, insert, select, text, update

from gisgrid.store.coverages import level_index
from gisgrid.store.holds import HELD_TABLES
from gisgrid.store.owners import resolve_point
from gisgrid.store.places import OWNED
from gisgrid.store.tables import LEVELS, address
from tests.towns import SIDE, SOUTH, WEST, publish_rows, publish_town, square, town_rows


def now() -> datetime:
    return datetime.now(UTC)


def telling_points(rng: np.random.Generator) -> np.ndarray:
    """Corners, points on edges, points a float away from them, points in and around the town."""
    columns, rows = np.meshgrid(np.arange(0, 8.5, 0.5), np.arange(0, 2.5, 0.5))
    exact = np.column_stack([WEST + columns.ravel() * SIDE, SOUTH + rows.ravel() * SIDE])
    away = np.nextafter(exact, exact + rng.choice([-1.0, 1.0], exact.shape))
    low, high = exact.min(0) - SIDE, exact.max(0) + SIDE
    return np.vstack([exact, away, rng.uniform(low, high, (100, 2))])


@pytest.fixture
def odd_town(town: Engine) -> Engine:
    """The town, with a micro-grid that does not nest and two that overlap."""
    with town.begin() as connection:
        rows = [
            ("A1U1M9", "A1U1", square(1.5, 2.2, 2, 1)),
            ("A1U2M9", "A1U2", square(1.5, 2.2, 1, 1)),
        ]
        plan = publish_rows(connection, "micro", rows[:1])
        assert plan.changes.new == ("A1U1M9",)
        # Publishing refuses overlaps, but older databases may hold them.
        connection.execute(
            text(
                "WITH made AS (INSERT INTO gisgrid.grid (level, created_revision) "
                "VALUES ('micro', 1) RETURNING id), named AS ("
                "INSERT INTO gisgrid.grid_version (grid_id, code, parent_id, valid, revision) "
                "SELECT made.id, 'A1U2M9', v.grid_id, '[2020-01-01,)', 1 "
                "FROM made, gisgrid.grid_version v WHERE v.code = 'A1U2') "
                "INSERT INTO gisgrid.boundary_version (grid_id, level, geom, valid, revision) "
                "SELECT id, 'micro', ST_Multi(ST_GeomFromText(:wkt, 4326)), '[2020-01-01,)', 1 "
                "FROM made"
            ),
            {"wkt": shapely.to_wkt(rows[1][2], rounding_precision=-1)},
        )
    return town


def test_function_index_and_trigger_agree_for_every_point(odd_town: Engine) -> None:
    points = telling_points(np.random.default_rng(5))
    with odd_town.begin() as connection:
        index = level_index(connection, now())
        owners = index.owners(*points.T)
        for number, (lon, lat) in enumerate(points):
            point = f"SRID=4326;POINT({float(lon)!r} {float(lat)!r})"
            connection.execute(insert(address).values(source_id=f"{number:04d}", point=point))
        stored = connection.execute(select(address).order_by(address.c.source_id)).all()
        for number, row in enumerate(stored):
            found = resolve_point(connection, *points[number], now())
            present = {grid.level for grid in (*found.grids, found.police) if grid}
            for level in LEVELS:
                owner = getattr(row, f"{level}_id")
                assert (owner or 0) == owners.grid_ids[level][number], (level, points[number])
                assert (level in present) == (owner is not None)
            assert row.on_border == owners.border[number] == (found.status == "border")
    statuses = {row.on_border for row in stored}
    assert statuses == {True, False}


def test_on_levels_that_nest_the_owner_of_a_shared_corner_nests_too(town: Engine) -> None:
    columns, rows = np.meshgrid(np.arange(9), np.arange(3))
    with town.connect() as connection:
        for x, y in zip(columns.ravel(), rows.ravel(), strict=True):
            found = resolve_point(connection, WEST + x * SIDE, SOUTH + y * SIDE, now())
            assert found.nested
            assert found.status == "border"
            assert len(found.grids) == 3


def test_a_point_moved_is_assigned_anew_and_one_edited_is_not(town: Engine) -> None:
    with town.begin() as connection:
        here, there = (shapely.point_on_surface(square(x, 0)) for x in (0, 5))
        connection.execute(
            insert(address).values(source_id="1", point=f"SRID=4326;{here.wkt}", text="here")
        )
        first = connection.execute(select(address)).one()
        connection.execute(update(address).values(text="edited"))
        assert connection.execute(select(address.c.micro_id)).scalar_one() == first.micro_id
        connection.execute(update(address).values(point=f"SRID=4326;{there.wkt}"))
        moved = connection.execute(select(address)).one()
    assert (moved.micro_id, moved.area_id) != (first.micro_id, first.area_id)
    assert (moved.assigned_how, moved.assigned_revision) == ("trigger", 4)


def test_every_table_with_owners_has_its_triggers(engine: Engine) -> None:
    query = text(
        "SELECT tgrelid::regclass::text, array_agg(tgname::text ORDER BY tgname) FROM pg_trigger "
        "WHERE tgfoid = 'gisgrid.assign_owners'::regproc GROUP BY 1"
    )
    with engine.connect() as connection:
        triggers = {row[0]: row[1] for row in connection.execute(query)}
    wanted = {f"gisgrid.{table.name}": ["assign_on_insert", "assign_on_move"] for table in OWNED}
    for table in HELD_TABLES.values():
        wanted[f"gisgrid.{table.name}"].append("assign_on_release")
    assert triggers == wanted


def test_the_past_answers_from_the_boundaries_of_its_time(engine: Engine) -> None:
    before = datetime(2023, 1, 1, tzinfo=UTC)
    publish_town(engine, effective_at=before)
    change = datetime(2024, 1, 1, tzinfo=UTC)
    with engine.begin() as connection:
        wider = square(0, 0, 1.5, 1), square(1.5, 0, 0.5, 1)
        rows = [("A1U1M1", "A1U1", wider[0]), ("A1U1M2", "A1U1", wider[1])]
        publish_rows(connection, "micro", rows, effective_at=change)
        at = {
            moment: resolve_point(connection, WEST + 1.2 * SIDE, SOUTH + 0.5 * SIDE, moment)
            for moment in (before, change - timedelta(microseconds=1), change, now())
        }
        codes = [found.grids[-1].code for found in at.values()]
        early = resolve_point(connection, WEST, SOUTH, before - timedelta(microseconds=1))
    assert codes == ["A1U1M2", "A1U1M2", "A1U1M1", "A1U1M1"]
    assert early.status == "outside"


def test_the_town_is_what_it_says(town: Engine) -> None:
    with town.connect() as connection:
        index = level_index(connection, now())
    assert {level: len(index.indexes[level]) for level in LEVELS} == {
        level: len(rows) for level, rows in town_rows().items()
    }
