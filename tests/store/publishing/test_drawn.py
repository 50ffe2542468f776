"""Publishing drawn plans: whole grids of any level, new ones, recoded ones, ended ones."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import shapely
from sqlalchemy import Engine, select

from gisgrid.errors import Conflict, PublishBlocked
from gisgrid.store import grids, plans, revisions
from gisgrid.store.tables import address, grid_version, lineage
from tests.store.publishing.drawing import add_drawn, ids, put, row
from tests.store.redraws import wrong_rows
from tests.store.test_publish import scatter
from tests.towns import SIDE, SOUTH, WEST, publish_rows, square


def now() -> datetime:
    return datetime.now(UTC)


def codes(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return {grid.code for grid in grids.listing(connection, now())}


def test_a_split_keeps_one_id_and_makes_another_and_places_follow(town: Engine) -> None:
    scatter(town, 200, seed=1)
    with town.begin() as connection:
        m1, unit = ids(connection, "A1U1M1", "A1U1")
        plan_id = add_drawn(
            connection,
            row(m1, "A1U1M1", unit, square(0, 0, 0.75, 1)),
            row(-1, "A1U1M9", unit, square(0.75, 0, 0.25, 1)),
        )
        published = put(connection, plan_id)
        assert published.changes.new == ("A1U1M9",)
        assert published.changes.reshaped == ("A1U1M1",)
        assert not any(wrong_rows(connection).values())
        assert ids(connection, "A1U1M1") == [m1]
        assert plans.by_id(connection, plan_id).state == "published"
        (made,) = ids(connection, "A1U1M9")
        passage = connection.execute(select(lineage)).one()
    assert (passage.from_id, passage.to_id) == (m1, made)
    assert passage.area_share == pytest.approx(0.25, rel=1e-6)


def test_a_plan_that_changes_nothing_is_refused_now_and_for_a_later_day(town: Engine) -> None:
    with town.begin() as connection:
        m1, unit = ids(connection, "A1U1M1", "A1U1")
        same = row(m1, "A1U1M1", unit, square(0, 0))
        for plan_id in (
            add_drawn(connection),
            add_drawn(connection, same),
            add_drawn(connection, same, effective_at=datetime(2126, 1, 1, tzinfo=UTC)),
        ):
            with pytest.raises(Conflict, match="changes nothing"), connection.begin_nested():
                put(connection, plan_id)
            assert plans.by_id(connection, plan_id).state == "draft"
        # A listing may be published again and again.
        assert not publish_rows(connection, "micro", [("A1U1M1", "A1U1", square(0, 0))]).changes


def test_all_levels_of_one_plan_move_together(town: Engine) -> None:
    """A new unit and its micro-grids name each other by keys that are no ids yet."""
    with town.begin() as connection:
        (area,) = ids(connection, "A1")
        plan_id = add_drawn(
            connection,
            row(-1, "A1U8", area, square(20, 0, 2, 1), level="unit"),
            row(-2, "A1U8M1", -1, square(20, 0)),
            row(-3, "A1U8M2", -1, square(21, 0)),
        )
        put(connection, plan_id)
        found, _ = grids.by_code(connection, "A1U8M2", now())
    assert found.path == ("A1", "A1U8", "A1U8M2")


def test_a_new_code_is_a_new_version_of_the_same_grid(town: Engine) -> None:
    with town.begin() as connection:
        m1, unit = ids(connection, "A1U1M1", "A1U1")
        plan_id = add_drawn(
            connection, row(m1, "M-NEW", unit, square(0, 0), range_reason="一栋高楼")
        )
        published = put(connection, plan_id)
        assert published.changes.relabelled == ("M-NEW",)
        assert ids(connection, "M-NEW", "A1U1M1") == [m1, m1]
        version = grid_version.c
        query = select(version.range_reason).where(version.code == "M-NEW")
        assert connection.scalar(query) == "一栋高楼"
        # A listing that says nothing of the reason leaves it.
        rows = [("M-NEW", "A1U1", square(0, 0))]
        assert not publish_rows(connection, "micro", rows).changes.relabelled
    assert "A1U1M1" not in codes(town)


def test_a_grid_that_ends_and_its_heir(town: Engine) -> None:
    scatter(town, 100, seed=2)
    with town.begin() as connection:
        m1, m2, unit = ids(connection, "A1U1M1", "A1U1M2", "A1U1")
        connection.execute(address.update().values(households=3))
        count = connection.scalars(select(address.c.id).where(address.c.micro_id == m1)).all()
        plan_id = add_drawn(
            connection,
            row(m1, "A1U1M1", unit, square(0, 0), ended=True),
            row(m2, "A1U1M2", unit, square(0, 0, 2, 1)),
        )
        published = put(connection, plan_id)
        assert published.changes.ended == ("A1U1M1",)
        passage = connection.execute(select(lineage)).one()
    assert "A1U1M1" not in codes(town)
    assert (passage.from_id, passage.to_id, passage.area_share) == (m1, m2, 1.0)
    assert (passage.households, passage.household_share) == (3 * len(count), 1.0)


def bad_plans(unit: int, m1: int, area: int) -> dict[str, tuple[str, list[object]]]:
    return {
        "a code of another grid": ("A1U1M2", [row(m1, "A1U1M2", unit, square(0, 0))]),
        "the same code twice": (
            "X1",
            [row(-1, "X1", unit, square(30, 0)), row(-2, "X1", unit, square(31, 0))],
        ),
        "a parent of a wrong level": ("A1U1M1", [row(m1, "A1U1M1", area, square(0, 0))]),
        "a parent that ends": (
            "A1U1M1",
            [
                row(unit, "A1U1", area, square(0, 0, 2, 2), level="unit", ended=True),
                row(m1, "A1U1M1", unit, square(0, 0, 0.5, 1)),
            ],
        ),
        "orphans": (
            "A1U1M1, A1U1M2, A1U1M3, A1U1M4",
            [row(unit, "A1U1", area, square(0, 0, 2, 2), level="unit", ended=True)],
        ),
        "another level": ("A1U1M1", [row(m1, "A1U1M1", area, square(0, 0), level="unit")]),
        "no such grid": ("Y1", [row(10**9, "Y1", unit, square(30, 0))]),
    }


@pytest.mark.parametrize("fault", bad_plans(0, 0, 0))
def test_what_does_not_fit_the_record_is_a_conflict(town: Engine, fault: str) -> None:
    with town.begin() as connection:
        unit, m1, area = ids(connection, "A1U1", "A1U1M1", "A1")
        named, rows = bad_plans(unit, m1, area)[fault]
        plan_id = add_drawn(connection, *rows)
    with pytest.raises(Conflict, match=named), town.begin() as connection:
        put(connection, plan_id)
    with town.connect() as connection:
        assert revisions.current(connection) == 4
        assert plans.by_id(connection, plan_id).state == "draft"


def test_broken_rings_and_overlaps_block(town: Engine) -> None:
    bow = shapely.Polygon(
        [(WEST + x * SIDE, SOUTH + y * SIDE) for x, y in ((30, 0), (31, 1), (31, 0), (30, 1))]
    )
    shapes = {"Self-intersection": bow, "overlap by more than": square(0.5, 0)}
    for words, shape in shapes.items():
        with town.begin() as connection:
            (unit,) = ids(connection, "A1U1")
            plan_id = add_drawn(connection, row(-1, "NEW", unit, shape))
        with pytest.raises(PublishBlocked, match=words), town.begin() as connection:
            put(connection, plan_id)
    assert "NEW" not in codes(town)
