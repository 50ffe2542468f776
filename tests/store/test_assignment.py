"""Putting right what lies in the tables: every row as the owner function says, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import Connection, Engine, text

from gisgrid.errors import Conflict
from gisgrid.store import revisions
from gisgrid.store.assignment import reassign
from gisgrid.store.boxes import select_in_boxes, share_of_extent
from gisgrid.store.outlines import Changes
from gisgrid.store.places import OWNED
from gisgrid.store.tables import address, hazard
from tests.store.redraws import (
    REDRAWS,
    drawn,
    hold_some,
    on_borders,
    put,
    rows_of,
    written,
    wrong_rows,
)
from tests.towns import SIDE, SOUTH, WEST, publish_rows, square

EVERYWHERE = Changes(np.array([[-180.0, -90.0, 180.0, 90.0]]))
LOW, HIGH = np.array([WEST, SOUTH]), np.array([WEST + 8 * SIDE, SOUTH + 2 * SIDE])


def now() -> datetime:
    return datetime.now(UTC)


def all_right(connection: Connection) -> bool:
    return wrong_rows(connection) == {table.name: [] for table in OWNED}


SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.drill) for seed in range(1, 40))]


@pytest.mark.parametrize("far", [False, True], ids=["any way", "by boxes"])
@pytest.mark.parametrize("seed", SEEDS)
def test_after_any_redraw_all_rows_are_right_and_only_those_that_changed_are_written(
    town: Engine, seed: int, far: bool
) -> None:
    """Moved, split, merged, ended, given away: owners as in SQL, at every level of every table."""
    rng, holding = np.random.default_rng(seed), np.random.default_rng([seed, 1])
    drawing = drawn()
    with town.begin() as connection:
        put(connection, rng.uniform(LOW - SIDE, HIGH + SIDE, (150, 2)), "anywhere")
        if far:
            # With a row of each table at the other end of the world, no box is a large share.
            put(connection, np.repeat([[-120.0, -31.0]], len(OWNED), axis=0), "far")
    moved = 0
    for number, name in enumerate([*REDRAWS, *rng.choice(list(REDRAWS), 3)]):
        before = {level: dict(grids) for level, grids in drawing.items()}
        levels = REDRAWS[name](drawing, rng, number)
        differing = [
            state[level][code][1]
            for state in (before, drawing)
            for level in levels
            for code in state[level]
            if before[level].get(code) != drawing[level].get(code)
        ]
        if not differing:
            continue
        with town.begin() as connection:
            put(connection, on_borders(rng, differing, 10), f"border{number}-")
            hold_some(connection, holding, 5)
        for level in levels:
            with town.begin() as connection:
                first = written(connection)
                rows = rows_of(drawing, level)
                published = publish_rows(connection, level, rows, replaces="level")
                second = written(connection)
                assert all_right(connection), (name, level)
            for table, rewritten in published.reassigned.items():
                changes = [
                    (first[table][key][0] != owners, first[table][key][1] != place)
                    for key, (owners, place) in second[table].items()
                ]
                assert all(owners == place for owners, place in changes), (name, level, table)
                assert rewritten == sum(owners for owners, _ in changes)
                moved += rewritten
    assert moved > 20
    with town.begin() as connection:
        assert not any(reassign(connection, now(), EVERYWHERE).values())


def test_the_whole_table_is_put_right_whatever_was_in_it(town: Engine) -> None:
    rng = np.random.default_rng(3)
    with town.begin() as connection:
        inside = rng.uniform(LOW - SIDE, HIGH + SIDE, (60, 2))
        put(connection, np.vstack([inside, on_borders(rng, [square(1, 0), square(5, 1)], 5)]), "r")
        for table in OWNED:
            muddled = f"UPDATE gisgrid.{table.name} SET micro_id = NULL, unit_id = area_id"
            connection.execute(text(f"{muddled}, on_border = NOT on_border WHERE id % 3 > 0"))
        assert not all_right(connection)
        changed = reassign(connection, now(), EVERYWHERE)
        assert all_right(connection)
        bulk = "SELECT count(*) FROM gisgrid.{} WHERE assigned_how = 'bulk'"
        for table in OWNED:
            assert connection.scalar(text(bulk.format(table.name))) == changed[table.name] > 0


def test_a_small_part_is_looked_up_and_for_a_large_one_the_whole_table_is_read(
    town: Engine,
) -> None:
    corners = np.vstack([LOW, HIGH])
    points = np.vstack([corners, np.random.default_rng(6).uniform(LOW, HIGH, (100, 2))])
    boxes = {share: np.array([[*LOW, *(LOW + (HIGH - LOW) * [share, 1])]]) for share in (0.2, 0.5)}
    muddle = text("UPDATE gisgrid.address SET micro_id = NULL")
    with town.begin() as connection:
        put(connection, np.repeat(points, len(OWNED), axis=0), "r")
        connection.execute(muddle)
        inside = int((points[:, 0] <= boxes[0.2][0, 2]).sum())
        assert reassign(connection, now(), Changes(boxes[0.2]))["address"] == inside < len(points)
        assert len(wrong_rows(connection)["address"]) == len(points) - inside
        connection.execute(muddle)
        assert reassign(connection, now(), Changes(boxes[0.5]))["address"] == len(points)
        assert all_right(connection)


def test_a_point_without_a_place_stays_without_an_owner(town: Engine) -> None:
    with town.begin() as connection:
        put(connection, np.repeat([LOW + SIDE / 2], len(OWNED), axis=0), "one")
        connection.execute(
            text("INSERT INTO gisgrid.address (source_id, point) "
                 "VALUES ('none', ST_GeomFromText('POINT EMPTY', 4326))")
        )  # fmt: skip
        assert reassign(connection, now(), EVERYWHERE)["address"] == 0
        assert all_right(connection)


def test_rows_are_found_in_boxes_and_their_share_of_the_ground_is_known(town: Engine) -> None:
    rng = np.random.default_rng(4)
    points = rng.uniform(LOW, HIGH, (500, 2))
    low = rng.uniform(LOW, HIGH, (7, 2))
    boxes = np.hstack([low, low + rng.uniform(0, 2 * SIDE, (7, 2))])
    with town.begin() as connection:
        assert share_of_extent(connection, hazard.c.point, boxes) is None
        put(connection, np.repeat(points, len(OWNED), axis=0), "r")
        query = select_in_boxes([address.c.source_id], address.c.point, boxes)
        found = sorted(connection.scalars(query))
        share = share_of_extent(connection, address.c.point, boxes)
        everything = share_of_extent(connection, address.c.point, EVERYWHERE.boxes)
    inside = (
        (boxes[:, None, 0] <= points[:, 0])
        & (points[:, 0] <= boxes[:, None, 2])
        & (boxes[:, None, 1] <= points[:, 1])
        & (points[:, 1] <= boxes[:, None, 3])
    )
    assert found == sorted(f"r{number}" for _, number in np.argwhere(inside))
    west, south, east, north = *points.min(0), *points.max(0)
    sides = [
        np.minimum(boxes[:, 2], east) - np.maximum(boxes[:, 0], west),
        np.minimum(boxes[:, 3], north) - np.maximum(boxes[:, 1], south),
    ]
    ground = np.prod(np.maximum(sides, 0.0), axis=0).sum()
    assert share == pytest.approx(ground / ((east - west) * (north - south)), rel=1e-2)
    assert everything == pytest.approx(1.0)


def test_a_table_that_lost_its_spatial_index_is_put_right_all_the_same(town: Engine) -> None:
    with town.begin() as connection:
        put(connection, np.random.default_rng(3).uniform(LOW, HIGH, (200, 2)), "here")
        connection.execute(text("DROP INDEX gisgrid.ix_address_point"))
        connection.execute(text("UPDATE gisgrid.address SET micro_id = NULL, on_border = true"))
        assert share_of_extent(connection, address.c.point, EVERYWHERE.boxes) is None
        reassign(connection, now(), EVERYWHERE)
        assert all_right(connection)


@pytest.mark.parametrize("hold", [revisions.lock_for_publish, revisions.hold_still])
def test_a_transaction_that_sees_only_the_past_may_not_write(
    town: Engine, hold: Callable[[Connection], None]
) -> None:
    snapshot = town.execution_options(isolation_level="REPEATABLE READ")
    with snapshot.begin() as connection, pytest.raises(Conflict, match="repeatable read"):
        hold(connection)
