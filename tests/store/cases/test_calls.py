"""Whistle and report-in: who was called, who came, who leads, and who is late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, insert, update
from sqlalchemy.exc import IntegrityError

from gisgrid.access import Sight
from gisgrid.cases.calendar import packaged_calendar
from gisgrid.cases.clocks import URGENT, Clock
from gisgrid.cases.stages import Stage
from gisgrid.errors import Conflict, Forbidden, InputError, NotFound, StaleVersion
from gisgrid.store.cases import (
    Call,
    act,
    call,
    calls_of,
    get,
    hand_lead,
    history,
    join,
    leave,
    listing,
    report_in,
)
from gisgrid.store.scope import look_as
from gisgrid.store.tables import case_call
from tests.store.cases.conftest import CHENGGUAN, CHIEF, MARKET, MEMBER, dispatched, told

CALENDAR = packaged_calendar()


def there(connection: Connection, number: str) -> dict[str, Call]:
    """The departments that are at a case."""
    case = get(connection, number)
    return {one.department: one for one in calls_of(connection, [case.id])[case.id]
            if one.left_at is None}  # fmt: skip


def test_a_whistle_dispatches_an_accepted_case(connection: Connection) -> None:
    case = told(connection, category="strung-wires")
    act(connection, case.number, "accept", actor=MEMBER)
    now = call(connection, case.number, ["market", "chengguan"], lead="chengguan", actor=CHIEF)
    assert (now.stage, now.lead_department) == (Stage.DISPATCHED, "chengguan")
    called = there(connection, case.number)
    assert {code: one.role for code, one in called.items()} == {
        "chengguan": "lead", "market": "helper",
    }  # fmt: skip
    last = history(connection, case.number)[-1]
    assert (last.action, last.about) == ("dispatch", "market,chengguan")
    due = Clock("working-hours", 4).due(CALENDAR, last.at).at
    assert {(one.called_at, one.due_at, one.overdue) for one in called.values()} == {
        (last.at, due, False)
    }


def test_an_urgent_whistle_runs_round_the_clock(connection: Connection) -> None:
    case = told(connection)
    act(connection, case.number, "accept", actor=MEMBER)
    call(connection, case.number, ["chengguan"], urgent=True, actor=CHIEF)
    one = there(connection, case.number)["chengguan"]
    assert (one.clock, one.due_at - one.called_at) == (str(URGENT), timedelta(hours=2))


def test_more_may_be_called_later_and_the_lead_stays(connection: Connection) -> None:
    case = dispatched(connection)
    now = call(connection, case.number, ["housing"], actor=CHIEF)
    assert (now.stage, now.lead_department) == (Stage.DISPATCHED, "chengguan")
    assert history(connection, case.number)[-1].action == "call"
    with pytest.raises(Conflict, match="leads already"):
        call(connection, case.number, ["market"], lead="market", actor=CHIEF)
    with pytest.raises(Conflict, match="housing is there already"):
        call(connection, case.number, ["market", "housing"], actor=CHIEF)


@pytest.mark.parametrize(
    ("departments", "lead", "error"),
    [
        ([], "", InputError),
        ([" "], "", InputError),
        (["chengguan"], "market", InputError),
        (["ufo"], "", NotFound),
        (["a\0"], "", InputError),
    ],
)
def test_whom_to_call_is_checked(
    connection: Connection, departments: list[str], lead: str, error: type[Exception]
) -> None:
    case = told(connection)
    act(connection, case.number, "accept", actor=MEMBER)
    with pytest.raises(error):
        call(connection, case.number, departments, lead=lead, actor=CHIEF)


def test_nobody_is_called_to_what_was_not_accepted(connection: Connection) -> None:
    with pytest.raises(Conflict, match="call is possible when"):
        call(connection, told(connection).number, ["chengguan"], actor=CHIEF)
    case = dispatched(connection)
    with pytest.raises(Conflict, match="dispatch is possible when"):
        act(connection, case.number, "dispatch", actor=CHIEF, about="market")


def test_departments_report_in_once_and_for_themselves(connection: Connection) -> None:
    case = dispatched(connection, "chengguan", "market")
    with pytest.raises(Forbidden, match="chengguan is not your department"):
        report_in(connection, case.number, "chengguan", actor=MARKET)
    report_in(connection, case.number, "chengguan", actor=CHENGGUAN)
    with pytest.raises(Conflict, match="already"):
        report_in(connection, case.number, "chengguan", actor=CHENGGUAN)
    with pytest.raises(NotFound, match="housing was not called"):
        report_in(connection, case.number, "housing", actor=MEMBER)
    assert there(connection, case.number)["chengguan"].reported_in_at is not None
    assert there(connection, case.number)["market"].reported_in_at is None


def test_a_department_that_is_late_stays_late(connection: Connection) -> None:
    case = dispatched(connection)
    past = case.reported_at - timedelta(hours=1)
    connection.execute(update(case_call).where(case_call.c.case_id == case.id).values(due_at=past))
    assert there(connection, case.number)["chengguan"].overdue
    report_in(connection, case.number, "chengguan", actor=CHENGGUAN)
    assert there(connection, case.number)["chengguan"].overdue


def test_helpers_come_and_go_and_a_lead_hands_over_first(connection: Connection) -> None:
    case = dispatched(connection)
    join(connection, case.number, "market", actor=MARKET)
    with pytest.raises(Conflict, match="market is there already"):
        join(connection, case.number, "market", actor=MARKET)
    with pytest.raises(Conflict, match="hand over the lead first"):
        leave(connection, case.number, "chengguan", actor=CHENGGUAN, reason="忙")
    with pytest.raises(Forbidden, match="only the lead"):
        hand_lead(connection, case.number, "market", actor=MARKET)
    now = hand_lead(connection, case.number, "market", actor=CHENGGUAN)
    assert now.lead_department == "market"
    with pytest.raises(InputError, match="reason"):
        leave(connection, case.number, "chengguan", actor=CHENGGUAN, reason="")
    leave(connection, case.number, "chengguan", actor=CHENGGUAN, reason="办完了")
    assert {code: one.role for code, one in there(connection, case.number).items()} == {
        "market": "lead"
    }
    join(connection, case.number, "chengguan", actor=CHENGGUAN)
    assert there(connection, case.number)["chengguan"].role == "helper"


def test_the_record_holds_one_lead(connection: Connection) -> None:
    case = dispatched(connection)
    row = {"case_id": case.id, "department": "market", "role": "lead", "clock": "",
           "called_at": case.reported_at, "due_at": case.reported_at}  # fmt: skip
    with pytest.raises(IntegrityError, match="uq_case_call_lead"):
        connection.execute(insert(case_call).values(row))


def test_a_case_that_is_handed_back_waits_for_another_department(connection: Connection) -> None:
    case = dispatched(connection, "chengguan", "market")
    now = act(connection, case.number, "hand-back", actor=CHENGGUAN, reason="归房办管")
    assert (now.stage, now.lead_department) == (Stage.ACCEPTED, "")
    assert there(connection, case.number) == {}
    assert call(connection, case.number, ["housing"], actor=CHIEF).lead_department == "housing"


def test_of_a_case_that_is_merged_all_departments_leave(connection: Connection) -> None:
    case, stays = dispatched(connection, "chengguan", "market"), dispatched(connection, "market")
    now = act(connection, case.number, "merge", actor=CHIEF, about=stays.number)
    assert (now.lead_department, there(connection, case.number)) == ("", {})
    assert set(there(connection, stays.number)) == {"market"}


def test_a_department_sees_the_cases_that_it_was_called_to(connection: Connection) -> None:
    case, other = dispatched(connection), told(connection)
    look_as(connection, Sight(department="chengguan"))
    assert listing(connection).cases == (case,)
    with pytest.raises(NotFound):
        get(connection, other.number)
    look_as(connection, Sight(department="market"))
    with pytest.raises(NotFound):
        get(connection, case.number)


def test_a_department_that_came_does_not_do_what_is_the_grids(connection: Connection) -> None:
    case = dispatched(connection)
    look_as(connection, Sight(department="chengguan"))
    report_in(connection, case.number, "chengguan", actor=CHENGGUAN)
    act(connection, case.number, "begin", actor=CHENGGUAN)
    act(connection, case.number, "feedback", actor=CHENGGUAN, reason="清了")
    with pytest.raises(Forbidden, match="verify is for the grid"):
        act(connection, case.number, "verify", actor=CHENGGUAN)
    look_as(connection, Sight(grids=frozenset({case.grids["micro"]}), department="chengguan"))
    act(connection, case.number, "verify", actor=CHENGGUAN)


def test_a_call_on_an_old_version(connection: Connection) -> None:
    case = dispatched(connection)
    with pytest.raises(StaleVersion):
        report_in(connection, case.number, "chengguan", actor=CHENGGUAN, version=1)


def test_who_did_not_come_to_what_was_over_in_time_is_not_late(connection: Connection) -> None:
    case = dispatched(connection)
    for action in ("begin", "feedback", "verify", "close"):
        act(connection, case.number, action, actor=MEMBER)
    (one,) = calls_of(connection, [case.id])[case.id]
    assert one.done_at is not None
    earlier = {"called_at": one.called_at - timedelta(days=9), "due_at": one.done_at}
    connection.execute(update(case_call).values(earlier))
    assert not calls_of(connection, [case.id])[case.id][0].overdue
    connection.execute(update(case_call).values(due_at=one.done_at - timedelta(seconds=1)))
    assert calls_of(connection, [case.id])[case.id][0].overdue
