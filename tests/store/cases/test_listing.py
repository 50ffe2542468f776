"""Lists of cases: what is asked for, page by page, and only what may be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, update

from gisgrid.access import Sight
from gisgrid.cases.stages import CLOSED
from gisgrid.errors import InputError
from gisgrid.store.cases import Case, CaseFilter, act, get, listing, unanswered
from gisgrid.store.cases.alarms import escalate_overdue
from gisgrid.store.cases.listing import Order
from gisgrid.store.scope import look_as
from gisgrid.store.tables import case_file
from tests.store.cases.conftest import MEMBER, closed, dispatched, place, told


def change(connection: Connection, case: Case, **values: Any) -> None:
    connection.execute(update(case_file).where(case_file.c.id == case.id).values(**values))


@pytest.fixture
def cases(connection: Connection) -> Iterator[list[Case]]:
    """Some cases of all kinds; none else is there."""
    found = [
        told(connection, 0.5, 0.5, description="摊位 100% 占道"),
        told(connection, 1.5, 0.5, category="strung-wires", source="patrol", severity=3),
        told(connection, 4.5, 0.5, category="dispute", place="三号楼"),
        told(connection, 7.5, 1.5, category="security-tip", source="tip"),
        closed(connection, x=5.5, y=0.5),
        dispatched(connection, "chengguan", "market", x=2.5, y=1.5),
        dispatched(connection, "market", x=3.5, y=1.5),
    ]
    change(connection, found[0], due_at=found[0].reported_at - timedelta(days=2))
    change(connection, found[2], due_at=None)
    act(connection, found[1].number, "escalate", actor=MEMBER, reason="急")
    yield [get(connection, one.number) for one in found]


FILTERS: dict[str, tuple[dict[str, Any], Callable[[Case], bool]]] = {
    "all": ({}, lambda one: True),
    "stages": ({"stages": ("reported", "closed")}, lambda one: one.stage in ("reported", "closed")),
    "categories": ({"categories": ("dispute",)}, lambda one: one.category.code == "dispute"),
    "groups": ({"groups": ("fire", "tip")}, lambda one: one.category.group in ("fire", "tip")),
    "both": (
        {"groups": ("fire",), "categories": ("dispute",)},
        lambda one: False,
    ),
    "sources": ({"sources": ("patrol",)}, lambda one: one.source == "patrol"),
    "open": ({"open": True}, lambda one: one.stage not in CLOSED),
    "closed": ({"open": False}, lambda one: one.stage in CLOSED),
    "overdue": ({"overdue": True}, lambda one: one.overdue),
    "in time": ({"overdue": False}, lambda one: not one.overdue),
    "escalated": ({"escalated": True}, lambda one: one.escalated),
    "words": ({"words": "100%"}, lambda one: "100%" in one.description),
    "place": ({"words": "三号"}, lambda one: "三号" in one.place),
    "box": (
        {"box": (*place(4, 0).values(), *place(6, 2).values())},
        lambda one: place(4, 0)["lon"] <= one.lon <= place(6, 0)["lon"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("order", ["newest", "due"])
def test_what_is_asked_for_comes_page_by_page(
    connection: Connection, cases: list[Case], order: Order
) -> None:
    for name, (asked, wanted) in FILTERS.items():
        found = all_pages(connection, CaseFilter(**asked), order)
        expected = [one for one in cases if wanted(one)]
        if order == "newest":
            expected.sort(key=lambda one: (one.reported_at, one.number), reverse=True)
        else:
            last = max(one.due_at for one in cases if one.due_at) + timedelta(1)
            expected.sort(key=lambda one: (one.due_at or last, one.number))
        assert found == expected, name
        assert name == "both" or expected


def all_pages(connection: Connection, wanted: CaseFilter, order: Order) -> list[Case]:
    """Page after page of two cases, until there is none."""
    page = listing(connection, wanted, order=order, limit=2)
    found = list(page.cases)
    while page.after is not None:
        page = listing(connection, wanted, order=order, after=page.after, limit=2)
        assert page.cases
        found += page.cases
    return found


def test_by_grid_of_any_level(connection: Connection, cases: list[Case]) -> None:
    for level in ("area", "unit", "micro", "police"):
        for grid in {one.grids[level] for one in cases}:
            found = listing(connection, CaseFilter(grid=grid)).cases
            assert {one.id for one in found} == {
                one.id for one in cases if one.grids[level] == grid
            }


def test_by_department_that_is_there(connection: Connection, cases: list[Case]) -> None:
    assert len(listing(connection, CaseFilter(department="market")).cases) == 2
    act(connection, cases[6].number, "hand-back", actor=MEMBER, reason="x")
    (only,) = listing(connection, CaseFilter(department="market")).cases
    assert only.id == cases[5].id


def test_by_time(connection: Connection, cases: list[Case]) -> None:
    middle = cases[3].reported_at
    late = listing(connection, CaseFilter(since=middle)).cases
    early = listing(connection, CaseFilter(until=middle)).cases
    assert (len(early), len(late)) == (3, 4)


@pytest.mark.parametrize("level", ["area", "unit", "micro", "police"])
def test_only_what_may_be_seen(connection: Connection, cases: list[Case], level: str) -> None:
    for grid in {one.grids[level] for one in cases}:
        mine = frozenset({grid})
        sight = Sight(police=mine) if level == "police" else Sight(grids=mine)
        look_as(connection, sight)
        assert [sight.covers(one.grids) for one in cases] == [
            one.grids[level] == grid for one in cases
        ]
        assert {one.id for one in listing(connection).cases} == {
            one.id for one in cases if one.grids[level] == grid and not one.confidential
        }


@pytest.mark.parametrize("order", ["newest", "due"])
def test_a_page_tells_of_its_last_case_and_of_no_hidden_one(
    connection: Connection, cases: list[Case], order: Order
) -> None:
    page = listing(connection, order=order, limit=1)
    seen = []
    while page.after is not None:
        (last,) = page.cases
        of, moment, number = page.after.split(".")
        assert (of, number) == (order, last.number)
        assert moment == "never" or len(moment) == 16
        seen.append(last.number)
        page = listing(connection, order=order, after=page.after, limit=1)
    # Behind the last page there is none, and so it tells of no end.
    assert len(seen) == len(cases) - 1


@pytest.mark.parametrize(
    "after", ["", "x", "1.1", "newest.1", "newest.1.", f"newest.{2**70}.1", "due.1.1"]
)
def test_pages_that_are_none_of_ours(connection: Connection, after: str) -> None:
    with pytest.raises(InputError, match="no page of this list"):
        listing(connection, after=after)


def test_late_cases_are_escalated_once(connection: Connection, cases: list[Case]) -> None:
    late = cases[0]
    change(connection, cases[4], due_at=late.due_at)
    assert escalate_overdue(connection) == [late.number]
    assert escalate_overdue(connection) == []
    assert get(connection, late.number).escalated


def test_who_has_heard_nothing_is_found(connection: Connection, cases: list[Case]) -> None:
    assert listing(connection, unanswered(connection)).cases == ()
    for one in cases:
        change(connection, one, heard_at=one.reported_at - timedelta(days=30))
    silent = {one.id for one in cases if one.stage not in CLOSED and not one.found_by_staff}
    found = listing(connection, unanswered(connection)).cases
    assert {one.id for one in found} == silent
    act(connection, cases[0].number, "reply", actor=MEMBER, reason="明天去看")
    found = listing(connection, unanswered(connection)).cases
    assert {one.id for one in found} == silent - {cases[0].id}
