"""The watch after closure: what has come back, and what only looks like it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, update

from gisgrid.cases.categories import category_of
from gisgrid.store.cases import Case, act, watched
from gisgrid.store.cases.relapses import RELAPSE_M
from gisgrid.store.tables import case_file
from tests.store.works.conftest import MEMBER, Reporter
from tests.towns import SIDE

CATEGORY = "goods-outside"
DAYS = category_of(CATEGORY).watch_days
# A step to the north of so many metres, in squares of the town.
METRE = 1 / 111_195 / SIDE


def close(connection: Connection, case: Case, days_ago: float = 0) -> Case:
    act(connection, case.number, "close-on-spot", actor=MEMBER)
    if days_ago:
        earlier = case_file.c.closed_at - timedelta(days=days_ago)
        row = update(case_file).where(case_file.c.id == case.id)
        connection.execute(row.values(closed_at=earlier))
    return case


def test_a_problem_that_comes_back_is_linked(connection: Connection, told: Reporter) -> None:
    first = close(connection, told(CATEGORY))
    again = told(CATEGORY, y=0.5 + (RELAPSE_M - 1) * METRE)
    assert again.relapse_of == first.id
    assert again.stage == "reported" and again.merged_into is None
    close(connection, again)
    assert told(CATEGORY).relapse_of == again.id


@pytest.mark.parametrize(
    ("category", "metres", "days_ago"),
    [
        ("littering", 0, 0),
        (CATEGORY, RELAPSE_M + 1, 0),
        (CATEGORY, 0, DAYS + 0.1),
    ],
)
def test_what_only_looks_like_it_is_not(
    connection: Connection, told: Reporter, category: str, metres: float, days_ago: float
) -> None:
    close(connection, told(CATEGORY, x=4.5), days_ago)
    assert told(category, x=4.5, y=0.5 + metres * METRE).relapse_of is None


def test_an_open_or_refused_one_is_not_watched(connection: Connection, told: Reporter) -> None:
    told(CATEGORY, x=5.5)
    refused = told(CATEGORY, x=5.5)
    act(connection, refused.number, "refuse", actor=MEMBER, reason="x")
    assert told(CATEGORY, x=5.5).relapse_of is None


def test_what_was_planned_comes_back_by_itself(connection: Connection, told: Reporter) -> None:
    close(connection, told("repair", x=6.5, source="facility"))
    assert told("repair", x=6.5).relapse_of is None
    close(connection, told("repair", x=7.5))
    assert told("repair", x=7.5, source="facility").relapse_of is None
    assert told("repair", x=7.5).relapse_of is not None


def test_one_told_of_a_time_before_is_none(connection: Connection, told: Reporter) -> None:
    first = close(connection, told(CATEGORY, y=1.5))
    before = first.reported_at - timedelta(days=1)
    assert told(CATEGORY, y=1.5, reported_at=before).relapse_of is None


def test_what_is_watched_is_listed_until_its_day(connection: Connection, told: Reporter) -> None:
    over = close(connection, told(CATEGORY, x=1.5), DAYS + 0.1)
    first = close(connection, told(CATEGORY, x=1.5), DAYS - 0.1)
    last = close(connection, told(CATEGORY, x=1.5))
    close(connection, told(CATEGORY, x=3.5))
    micro = last.grids["micro"]
    found = watched(connection, micro=micro)
    assert [one.case.id for one in found] == [last.id, first.id]
    assert over.id not in [one.case.id for one in watched(connection)]
    assert found[0].until - found[0].case.closed_at == timedelta(days=DAYS)
