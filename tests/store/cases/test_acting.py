"""Steps of cases in the database: rows, events, hazards and clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select, text, update

from gisgrid.access import NOTHING, Sight
from gisgrid.cases.calendar import packaged_calendar
from gisgrid.cases.clocks import ACCEPTING, COMPLEX, ESCALATION, Clock
from gisgrid.cases.stages import CLOSED, STEPS, Stage
from gisgrid.errors import Conflict, Forbidden, GisgridError, InputError, NotFound, StaleVersion
from gisgrid.store.cases import (
    act,
    act_by_code,
    calls_of,
    get,
    hazard_id,
    history,
    listing,
    report_in,
)
from gisgrid.store.scope import look_as
from gisgrid.store.tables import case_file, case_note, hazard
from tests.store.cases.conftest import CHIEF, MEMBER, RESIDENT, closed, dispatched, told

CALENDAR = packaged_calendar()


def hazard_of(connection: Connection, number: str) -> tuple[str, str, bool] | None:
    """State and subject of a case's hazard, and whether it says when it was fixed."""
    c = hazard.c
    query = select(c.state, c.subject, c.fixed_at.is_not(None))
    row = connection.execute(query.where(c.source_id == hazard_id(number))).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def change(connection: Connection, number: str, **values: Any) -> None:
    connection.execute(update(case_file).where(case_file.c.number == number).values(**values))


def test_a_case_goes_its_way_to_the_end(connection: Connection) -> None:
    case = dispatched(connection, description="堵了路", place="一号楼下")
    report_in(connection, case.number, "chengguan", actor=MEMBER)
    for action in ("begin", "feedback", "verify", "close"):
        last = act(connection, case.number, action, actor=MEMBER, reason="已清理")
    now = get(connection, case.number)
    assert now == last
    assert now.stage is Stage.CLOSED
    assert (now.description, now.place, now.lead_department) == ("堵了路", "一号楼下", "chengguan")
    events = history(connection, case.number)
    assert [one.version for one in events] == list(range(1, now.version + 1))
    assert [one.action for one in events] == [
        *("report", "accept", "dispatch", "report-in", "begin", "feedback", "verify", "close")
    ]
    assert [one.before for one in events[1:]] == [one.after for one in events[:-1]]
    assert sorted(one.at for one in events) == [one.at for one in events]
    (one,) = calls_of(connection, [case.id])[case.id]
    assert one.done_at is not None
    assert now in listing(connection).cases


def test_the_hazard_of_a_case_follows_it(connection: Connection) -> None:
    number = told(connection).number
    assert hazard_of(connection, number) == ("open", "无证设摊", False)
    act(connection, number, "close-on-spot", actor=MEMBER)
    assert hazard_of(connection, number) == ("fixed", "无证设摊", True)
    act(connection, number, "reopen", actor=MEMBER, reason="又来了")
    assert hazard_of(connection, number) == ("open", "无证设摊", False)
    act(connection, number, "refuse", actor=MEMBER, reason="不是摊位")
    assert hazard_of(connection, number) is None
    act(connection, number, "reopen", actor=MEMBER, reason="是摊位")
    assert hazard_of(connection, number) == ("open", "无证设摊", False)


def test_a_dispute_is_no_hazard(connection: Connection) -> None:
    number = told(connection, category="dispute").number
    act(connection, number, "accept", actor=MEMBER)
    assert hazard_of(connection, number) is None


def test_a_hazard_has_the_owners_of_its_case(connection: Connection) -> None:
    case = told(connection, 2.5, 0.5)
    row = connection.execute(
        select(hazard).where(hazard.c.source_id == hazard_id(case.number))
    ).one()
    assert {level: getattr(row, f"{level}_id") for level in case.grids} == case.grids
    assert (row.category, row.origin, row.severity) == ("city", "resident", case.severity)


def test_a_case_that_was_changed_meanwhile_is_not_changed(connection: Connection) -> None:
    case = told(connection)
    act(connection, case.number, "accept", actor=MEMBER, version=1)
    with pytest.raises(StaleVersion, match=r"version 2 now, not 1"):
        act(connection, case.number, "refuse", actor=CHIEF, version=1, reason="x")
    assert get(connection, case.number).stage is Stage.ACCEPTED


@pytest.mark.parametrize(
    ("action", "reason", "error"),
    [
        ("verify", "", Conflict),
        ("close", "x", Conflict),
        ("refuse", " ", InputError),
        ("rate", "", Forbidden),
        ("vanish", "", NotFound),
        ("note", "x" * 4001, InputError),
        ("note", "a\0b", InputError),
    ],
)
def test_what_is_refused_leaves_the_case_as_it_was(
    connection: Connection, action: str, reason: str, error: type[GisgridError]
) -> None:
    case = told(connection)
    with pytest.raises(error):
        act(connection, case.number, action, actor=MEMBER, reason=reason)
    assert len(history(connection, case.number)) == 1
    assert get(connection, case.number) == case


def test_a_case_out_of_sight_is_told_as_one_that_is_not_there(connection: Connection) -> None:
    case = told(connection, 0.5, 0.5)
    other = told(connection, 7.5, 0.5)
    look_as(connection, Sight(grids=frozenset({other.grids["area"]})))
    said = []
    for number in (case.number, "JD20260101-9999999"):
        for ask in (
            lambda number: get(connection, number),
            lambda number: history(connection, number),
            lambda number: act(connection, number, "accept", actor=MEMBER),
        ):
            with pytest.raises(NotFound) as refused:
                ask(number)
            said.append(str(refused.value).replace(number, "N"))
    assert set(said) == {"N: there is no such case"}
    assert get(connection, other.number) == other
    look_as(connection, NOTHING)
    assert listing(connection).cases == ()


def test_a_tip_is_seen_by_those_who_may(connection: Connection) -> None:
    tip = told(connection, category="security-tip", source="tip")
    assert tip.confidential
    look_as(connection, Sight(whole=True))
    with pytest.raises(NotFound):
        get(connection, tip.number)
    assert tip not in listing(connection).cases


def test_accepting_starts_the_clock_of_the_category(connection: Connection) -> None:
    case = told(connection, category="repair")
    assert case.due_at == ACCEPTING.due(CALENDAR, case.stage_since).at
    case = act(connection, case.number, "accept", actor=MEMBER)
    taken_on = case.stage_since
    assert case.due_at == Clock("working-days", 5).due(CALENDAR, taken_on).at
    case = act(connection, case.number, "extend", actor=CHIEF, reason="要开会")
    assert case.due_at == COMPLEX.due(CALENDAR, taken_on).at
    with pytest.raises(Conflict, match="all the time"):
        act(connection, case.number, "extend", actor=CHIEF, reason="还要")


def test_an_old_call_has_all_the_time_from_the_day_it_was_accepted(connection: Connection) -> None:
    case = told(connection, category="repair", reported_at=datetime(2024, 3, 1, tzinfo=UTC))
    case = act(connection, case.number, "accept", actor=MEMBER)
    now = act(connection, case.number, "extend", actor=CHIEF, reason="要开会")
    assert now.due_at == COMPLEX.due(CALENDAR, case.stage_since).at


def test_escalation_shortens_the_clock_and_never_hides_that_it_is_late(
    connection: Connection,
) -> None:
    number = told(connection, category="occupied-greenery").number
    act(connection, number, "accept", actor=MEMBER)
    case = act(connection, number, "escalate", actor=MEMBER, reason="拖")
    assert case.escalated
    assert case.due_at == ESCALATION.due(CALENDAR, history(connection, number)[-1].at).at
    with pytest.raises(Conflict, match="already"):
        act(connection, number, "escalate", actor=MEMBER, reason="拖")
    late = told(connection)
    past = late.reported_at - timedelta(days=1)
    change(connection, late.number, due_at=past)
    now = act(connection, late.number, "escalate", actor=MEMBER, reason="拖")
    assert (now.due_at, now.overdue) == (past, True)
    assert act(connection, late.number, "close-on-spot", actor=MEMBER).overdue


def test_merging_names_the_case_that_stays(connection: Connection) -> None:
    case, stays = told(connection), told(connection)
    now = act(connection, case.number, "merge", actor=MEMBER, about=stays.number)
    assert now.merged_into == stays.id
    assert now == get(connection, case.number)
    assert hazard_of(connection, case.number) is None
    for about in (now.number, stays.number, "JD1"):
        with pytest.raises((Conflict, NotFound)):
            act(connection, stays.number, "merge", actor=MEMBER, about=about)
    for action in STEPS:
        if action != "note":
            with pytest.raises(GisgridError):
                act(connection, case.number, action, actor=MEMBER, reason="x", about="chengguan")


def test_opening_again_starts_anew(connection: Connection) -> None:
    case = dispatched(connection)
    for action in ("begin", "feedback", "verify", "close"):
        act(connection, case.number, action, actor=MEMBER)
    assert get(connection, case.number).closed_at is not None
    now = act(connection, case.number, "reopen", actor=MEMBER, reason="又来了")
    assert (now.stage, now.closed_at, now.lead_department) == (Stage.ACCEPTED, None, "")
    (left,) = calls_of(connection, [case.id])[case.id]
    assert left.left_at is not None
    again = act(connection, case.number, "dispatch", actor=CHIEF, about="chengguan")
    assert again.lead_department == "chengguan"


def test_the_reporter_rates_and_opens_again_by_the_code(connection: Connection) -> None:
    case = told(connection, coded=True)
    assert len(case.code) >= 22
    look_as(connection, NOTHING)
    with pytest.raises(Conflict):
        act_by_code(connection, case.code, "rate", actor=RESIDENT, about="5")
    with pytest.raises(Forbidden, match="not the reporter's"):
        act_by_code(connection, case.code, "close", actor=RESIDENT)
    look_as(connection, Sight(whole=True))
    act(connection, case.number, "close-on-spot", actor=MEMBER)
    look_as(connection, NOTHING)
    for rating in ("0", "6", "x", ""):
        with pytest.raises(InputError, match="1 to 5"):
            act_by_code(connection, case.code, "rate", actor=RESIDENT, about=rating)
    assert act_by_code(connection, case.code, "rate", actor=RESIDENT, about="2").rating == 2
    now = act_by_code(connection, case.code, "reopen", actor=RESIDENT, reason="还在")
    assert (now.stage, now.rating) == (Stage.ACCEPTED, None)
    with pytest.raises(NotFound):
        act_by_code(connection, case.code[:-1], "rate", actor=RESIDENT, about="2")


def test_an_event_is_never_changed(connection: Connection) -> None:
    case = told(connection)
    for statement in (
        "UPDATE gisgrid.case_event SET actor_ref = 'x' WHERE case_id = :id",
        "DELETE FROM gisgrid.case_event WHERE case_id = :id",
    ):
        with connection.begin_nested() as savepoint:
            with pytest.raises(Exception, match="only added"):
                connection.execute(text(statement), {"id": case.id})
            savepoint.rollback()


def test_words_can_be_erased_and_the_events_stay(connection: Connection) -> None:
    case = told(connection)
    act(connection, case.number, "refuse", actor=MEMBER, reason="王某的话")
    connection.execute(update(case_note).where(case_note.c.case_id == case.id).values(words=None))
    assert [one.reason for one in history(connection, case.number)] == ["", None]


def test_closed_cases_are_closed_in_every_way(connection: Connection) -> None:
    one = closed(connection)
    assert one.stage in CLOSED
    assert one.closed_at == one.stage_since
    assert one.heard_at == one.stage_since
