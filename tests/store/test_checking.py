"""Checks of all grids as published, and as a plan has them, listed or drawn."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from gisgrid.errors import Conflict, NotFound
from gisgrid.geometry.checking import Tolerances, worsened
from gisgrid.store import drafts, plans
from gisgrid.store.checking import check_grids, grids_around_plan, grids_at
from tests.store.drafts.states import edit, new_plan
from tests.store.publishing.drawing import put
from tests.towns import frame, square

TOLERANCES = Tolerances()


def found(connection: Connection, plan: int) -> list[tuple[str, str, tuple[str, ...]]]:
    _, grids = grids_around_plan(connection, plan, UTC)
    findings = check_grids(grids, TOLERANCES).findings
    return [(one.kind, one.level, one.codes) for one in findings]


def shape(grid: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(point) for point in grid.exterior.coords]]}


def test_a_drawn_plan_is_checked_on_all_levels(town: Engine) -> None:
    plan = new_plan(town)
    with town.connect() as connection:
        assert found(connection, plan) == []
    over = shape(square(0, 0, 1.1, 1))
    edit(town, plan, "redraw", grids=[{"code": "A1U1M1", "shape": over}])
    moved = shape(square(0, 0, 1.9, 2))
    edit(town, plan, "redraw", grids=[{"code": "A1U1", "shape": moved}])
    with town.connect() as connection:
        assert sorted(found(connection, plan)) == [
            ("outside-parent", "micro", ("A1U1M2", "A1U1")),
            ("outside-parent", "micro", ("A1U1M4", "A1U1")),
            ("overlap", "micro", ("A1U1M1", "A1U1M2")),
            ("parent-not-filled", "area", ("A1",)),
        ]


def test_only_what_a_plan_makes_worse(town: Engine) -> None:
    """A fault that is there already, and grows, and another one."""
    first = new_plan(town)
    narrow = [{"code": "A1U1M4", "shape": shape(square(1, 1, 0.9, 1))}]
    edit(town, first, "redraw", grids=narrow)
    with town.begin() as connection:
        put(connection, first)
    second = new_plan(town)
    edit(town, second, "rename", code="A1", name="新")

    def worse() -> list[str]:
        with town.connect() as connection:
            before, after = grids_around_plan(connection, second, UTC)
            known, now = (check_grids(grids, TOLERANCES) for grids in (before, after))
        return [one.kind for one in worsened(known, now)]

    assert worse() == []
    edit(town, second, "redraw", grids=[{"code": "A2U2M1", "shape": shape(square(6, 0, 1.1, 1))}])
    assert worse() == ["overlap"]
    half = [{"code": "A1U1M4", "shape": shape(square(1, 1, 0.5, 1))}]
    edit(town, second, "redraw", grids=half)
    assert worse() == ["overlap", "parent-not-filled"]


def test_a_listed_plan_is_checked_with_what_it_leaves(town: Engine) -> None:
    with town.begin() as connection:
        listed = frame([("A1U1M1", "A1U1", square(0, 0, 1.5, 1))])
        plan = plans.add(connection, name="导入", level="micro", frame=listed)
        assert ("overlap", "micro", ("A1U1M1", "A1U1M2")) in found(connection, plan)
        plans.discard(connection, plan)
        with pytest.raises(Conflict, match="discarded"):
            grids_around_plan(connection, plan, UTC)
        with pytest.raises(NotFound):
            grids_around_plan(connection, plan + 1, UTC)


def test_a_plan_that_others_have_overtaken_is_checked_as_it_is(town: Engine) -> None:
    mine, theirs = new_plan(town), new_plan(town)
    edit(town, mine, "redraw", grids=[{"code": "A1U1M1", "shape": shape(square(0, 0, 1.1, 1))}])
    edit(town, theirs, "rename", code="A1U1M1", name="他名")
    with town.begin() as connection:
        put(connection, theirs)
        assert found(connection, mine) == [("overlap", "micro", ("A1U1M1", "A1U1M2"))]


def test_a_published_plan_is_checked_as_it_was_then(town: Engine) -> None:
    plan, later = new_plan(town), None
    edit(town, plan, "redraw", grids=[{"code": "A1U1M4", "shape": shape(square(1, 1, 0.5, 1))}])
    with town.begin() as connection:
        put(connection, plan)
    later = new_plan(town)
    edit(town, later, "redraw", grids=[{"code": "A1U1M4", "shape": shape(square(1, 1))}])
    with town.begin() as connection:
        put(connection, later)
        assert [kind for kind, _, _ in found(connection, plan)] == ["parent-not-filled"]
        assert found(connection, later) == []


def test_an_accepted_number_of_households_is_no_warning(town: Engine) -> None:
    plan = new_plan(town)
    edit(town, plan, "set-households", code="A1U1M1", households=900)
    edit(town, plan, "set-households", code="A1U1M2", households=100)
    edit(town, plan, "accept-range", code="A1U1M1", reason="高校宿舍")
    with town.begin() as connection:
        _, grids = grids_around_plan(connection, plan, UTC)
        checked = check_grids(grids, TOLERANCES)
        assert [one.codes for one in checked.findings] == [("A1U1M2",)]
        assert [(one.codes, one.reason) for one in checked.accepted] == [(("A1U1M1",), "高校宿舍")]
        other = check_grids(grids, TOLERANCES, reasons={"A1U1M2": "商务楼"})
        assert (other.findings, len(other.accepted)) == ((), 2)
        put(connection, plan)
        grids = grids_at(connection, datetime.now(UTC))
        assert [one.codes for one in check_grids(grids, TOLERANCES).accepted] == [("A1U1M1",)]


def test_a_day_without_grids_is_no_pass(town: Engine) -> None:
    with town.connect() as connection, pytest.raises(NotFound, match="no grids"):
        grids_at(connection, datetime(2001, 1, 1, tzinfo=UTC))


def test_both_plans_of_a_listing_are_checked_alike(town: Engine) -> None:
    with town.begin() as connection:
        listed = frame([("A1U1M1", "A1U1", square(0, 0, 1.5, 1))])
        plan = plans.add(connection, name="导入", level="micro", frame=listed)
        drawn = drafts.from_listing(connection, plan)
        assert found(connection, plan) == found(connection, drawn) != []
