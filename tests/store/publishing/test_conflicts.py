"""Two planners over the same grids: the second hears of the first, by name, and can go on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from sqlalchemy import Engine, func, select

from gisgrid.errors import Conflict
from gisgrid.store import plans, revisions
from gisgrid.store.tables import boundary_version
from tests.store.publishing.drawing import add_drawn, ids, put, row
from tests.towns import frame, publish_town, square


def add_listed(engine: Engine, *rows: tuple[str, str, float], width: float = 1) -> int:
    """A listing of micro-grids: code, name and where the square begins."""
    listed = frame([(code, "A1U1", square(x, 0, width, 1)) for code, _, x in rows])
    listed["name"] = [name for _, name, _ in rows]
    with engine.begin() as connection:
        return plans.add(connection, name="listed", level="micro", frame=listed)


def publish_plan(engine: Engine, plan_id: int) -> int:
    with engine.begin() as connection:
        return put(connection, plan_id).revision


def test_the_second_listing_is_told_the_grid_and_goes_on_after_a_look(town: Engine) -> None:
    first = add_listed(town, ("A1U1M1", "甲", 0))
    second = add_listed(town, ("A1U1M1", "乙", 0))
    publish_plan(town, first)
    with pytest.raises(Conflict, match=f"A1U1M1.*gisgrid plan rebase {second}"):
        publish_plan(town, second)
    with town.begin() as connection:
        assert plans.rebase_listed(connection, second) == 5
    assert publish_plan(town, second) == 6


def test_only_what_a_listing_would_change_counts(town: Engine) -> None:
    """Both list two grids, and each changes another one."""
    first = add_listed(town, ("A1U1M1", "甲", 0), ("A1U1M2", "网格A1U1M2", 1))
    second = add_listed(town, ("A1U1M1", "网格A1U1M1", 0), ("A1U1M2", "乙", 1))
    third = add_listed(town, ("A1U1M2", "丙", 1))
    publish_plan(town, first)
    # The listing of the second has the old name of the grid that the first renamed.
    with pytest.raises(Conflict, match="grid A1U1M1: changed since"):
        publish_plan(town, second)
    assert publish_plan(town, third) == 6


def test_a_code_that_somebody_else_took_meanwhile(town: Engine) -> None:
    plan_ids = [add_listed(town, ("NEW", name, 30 + x)) for x, name in enumerate("甲乙")]
    publish_plan(town, plan_ids[0])
    with pytest.raises(Conflict, match="NEW"):
        publish_plan(town, plan_ids[1])


def test_drawn_plans_conflict_by_their_base(town: Engine) -> None:
    with town.begin() as connection:
        m1, m2, unit = ids(connection, "A1U1M1", "A1U1M2", "A1U1")
        moves = [
            add_drawn(
                connection,
                row(m1, "A1U1M1", unit, square(0, 0, width, 1)),
                row(m2, "A1U1M2", unit, square(width, 0, 2 - width, 1)),
            )
            for width in (0.5, 1.5)
        ]
        with pytest.raises(Conflict, match="drawn"):
            plans.rebase_listed(connection, moves[0])
    publish_plan(town, moves[0])
    with pytest.raises(Conflict, match="grids A1U1M1, A1U1M2: changed since revision 4"):
        publish_plan(town, moves[1])
    with town.connect() as connection:
        assert plans.by_id(connection, moves[1]).state == "draft"


def test_a_plan_from_before_all_boundaries_says_so(engine: Engine) -> None:
    early = add_listed(engine, ("A1U1M1", "甲", 0))
    publish_town(engine)
    with pytest.raises(Conflict, match=f"A1U1M1: published since plan {early} was made, before"):
        publish_plan(engine, early)


def test_a_date_before_all_boundaries_is_named(town: Engine) -> None:
    with town.begin() as connection:
        m1, unit = ids(connection, "A1U1M1", "A1U1")
        shape = row(m1, "A1U1M1", unit, square(0, 0), name="早")
        plan_id = add_drawn(connection, shape, effective_at=datetime(2020, 1, 1, tzinfo=UTC))
        with pytest.raises(Conflict, match=r"2020-01-01.* lies before the first boundaries"):
            put(connection, plan_id)


TRIES = [5, pytest.param(100, marks=pytest.mark.drill)]


@pytest.mark.parametrize("tries", TRIES)
def test_of_two_at_once_exactly_one_wins(town: Engine, tries: int) -> None:
    for number in range(tries):
        rivals = [add_listed(town, ("A1U1M1", f"{name}{number}", 0)) for name in ("甲", "乙")]
        together = Barrier(2)

        def attempt(plan_id: int, together: Barrier = together) -> str:
            with town.begin() as connection:
                connection.execute(select(1))
                together.wait(60)
                try:
                    put(connection, plan_id)
                except Conflict as conflict:
                    assert conflict.where == "grid A1U1M1"
                    connection.rollback()
                    return "lost"
            return "won"

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(attempt, rivals)) == ["lost", "won"]
        with town.connect() as connection:
            assert revisions.current(connection) == 5 + number
            states = sorted(plans.by_id(connection, one).state for one in rivals)
            assert states == ["draft", "published"]
            open_ = func.upper_inf(boundary_version.c.valid)
            query = select(func.count()).select_from(boundary_version).where(open_)
            assert connection.scalar(query) == 24
