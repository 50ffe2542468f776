"""What a reporter reads of their own report, and what they do not."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from gisgrid.access import NOTHING, Sight
from gisgrid.cases.stages import Stage
from gisgrid.errors import NotFound
from gisgrid.store.cases import act, act_by_code, call, get, history, public_history, report_in
from gisgrid.store.scope import look_as, sight_of
from tests.store.cases.conftest import CHENGGUAN, CHIEF, MEMBER, RESIDENT, dispatched, told


def test_a_reporter_follows_the_way_and_sees_where_it_is_stuck(connection: Connection) -> None:
    case = dispatched(connection, "chengguan", "market", coded=True)
    report_in(connection, case.number, "chengguan", actor=CHENGGUAN)
    act(connection, case.number, "note", actor=MEMBER, reason="内部的话")
    act(connection, case.number, "reply", actor=MEMBER, reason="城管已到")
    look_as(connection, NOTHING)
    seen = public_history(connection, case.code)
    assert sight_of(connection) == NOTHING
    assert seen.case.number == case.number
    assert [(one.action, one.office, one.departments, one.words) for one in seen.steps] == [
        ("report", "", (), ""),
        ("accept", "", (), ""),
        ("dispatch", "", ("chengguan", "market"), ""),
        ("report-in", "chengguan", ("chengguan",), ""),
        ("reply", "", (), "城管已到"),
    ]
    assert seen.blocker is not None
    assert (seen.blocker.waits_for, seen.blocker.departments) == ("departments", ("market",))
    assert seen.actions == ()
    assert "account" not in repr(seen.steps)


def test_words_among_the_staff_are_not_told(connection: Connection) -> None:
    case = dispatched(connection, coded=True)
    act(connection, case.number, "hand-back", actor=CHENGGUAN, reason="推给房办")
    act(connection, case.number, "escalate", actor=MEMBER, reason="内部催办")
    steps = public_history(connection, case.code).steps
    assert [(one.action, one.office, one.words) for one in steps[-2:]] == [
        ("hand-back", "chengguan", ""),
        ("escalate", "", ""),
    ]


def test_whom_a_case_waits_for(connection: Connection) -> None:
    case = told(connection, coded=True)
    waits = []

    def look() -> None:
        found = public_history(connection, case.code).blocker
        waits.append(found and (found.waits_for, found.departments, found.to))

    look()
    act(connection, case.number, "accept", actor=MEMBER)
    look()
    call(connection, case.number, ["chengguan"], actor=CHIEF)
    look()
    report_in(connection, case.number, "chengguan", actor=CHENGGUAN)
    look()
    for action in ("begin", "feedback", "verify", "close"):
        act(connection, case.number, action, actor=MEMBER)
        look()
    assert waits == [
        ("grid", (), "accept"),
        ("grid", (), "dispatch"),
        ("departments", ("chengguan",), "report-in"),
        ("departments", ("chengguan",), "begin"),
        ("departments", ("chengguan",), "feedback"),
        ("grid", (), "verify"),
        ("grid", (), "close"),
        None,
    ]


def test_a_refusal_is_told_with_its_reason_and_can_be_contested(connection: Connection) -> None:
    case = told(connection, coded=True)
    act(connection, case.number, "refuse", actor=MEMBER, reason="属私人地块")
    seen = public_history(connection, case.code)
    assert seen.steps[-1].words == "属私人地块"
    assert seen.actions == ("reopen",)
    act_by_code(connection, case.code, "reopen", actor=RESIDENT, reason="是公共绿地")
    assert public_history(connection, case.code).case.stage is Stage.ACCEPTED


def test_of_the_case_that_stays_only_its_stage_is_told(connection: Connection) -> None:
    stays = told(connection, coded=True, description="别人的话")
    case = told(connection, coded=True)
    act(connection, stays.number, "refuse", actor=MEMBER, reason="别人的事")
    act(connection, stays.number, "reopen", actor=MEMBER, reason="别人的事")
    act(connection, case.number, "merge", actor=MEMBER, about=stays.number)
    seen = public_history(connection, case.code)
    assert seen.case.stage is Stage.MERGED
    assert seen.merged_into is not None
    assert seen.merged_into.case.stage is Stage.ACCEPTED
    assert (seen.merged_into.steps, seen.merged_into.actions) == ((), ())
    last = dispatched(connection)
    act(connection, stays.number, "merge", actor=MEMBER, about=last.number)
    again = public_history(connection, case.code).merged_into
    assert again is not None
    # Not that it was merged on: that would be the end of what they hear.
    assert (again.case.number, again.merged_into) == (last.number, None)
    assert again.blocker is not None
    assert (again.blocker.departments, again.steps) == (("chengguan",), ())


def test_of_a_tip_that_a_report_became_part_of_nothing_is_told(connection: Connection) -> None:
    tip, other = (
        told(connection, source="tip", category="gaming-room-tip", coded=True) for _ in range(2)
    )
    between, case = told(connection), told(connection, coded=True)
    act(connection, case.number, "merge", actor=MEMBER, about=between.number)
    act(connection, between.number, "merge", actor=CHIEF, about=tip.number)
    seen = public_history(connection, case.code)
    assert (seen.case.stage, seen.merged_into, seen.blocker) == (Stage.MERGED, None, None)
    # Who sent a tip knows of tips.
    act(connection, other.number, "merge", actor=CHIEF, about=tip.number)
    assert public_history(connection, other.code).merged_into is not None


def test_a_history_names_no_case_that_may_not_be_seen(connection: Connection) -> None:
    tip = told(connection, source="tip", category="gaming-room-tip")
    stays, gone, hidden = (told(connection) for _ in range(3))
    act(connection, gone.number, "merge", actor=CHIEF, about=stays.number)
    act(connection, hidden.number, "merge", actor=CHIEF, about=tip.number)

    def named() -> list[str]:
        found = (history(connection, one.number)[-1] for one in (gone, hidden))
        return [one.about for one in found if one.action == "merge"]

    assert named() == [stays.number, tip.number]
    look_as(connection, Sight(whole=True))
    assert named() == [stays.number, ""]


def test_the_sender_of_a_tip_follows_it(connection: Connection) -> None:
    tip = told(connection, source="tip", category="gaming-room-tip", coded=True)
    act(connection, tip.number, "close-on-spot", actor=CHIEF, reason="已取缔")
    look_as(connection, Sight(whole=True))
    with pytest.raises(NotFound):
        get(connection, tip.number)
    assert public_history(connection, tip.code).steps[-1].words == "已取缔"


@pytest.mark.parametrize("code", ["", "x", "é" * 30, "\0"])
def test_codes_that_nobody_was_given(connection: Connection, code: str) -> None:
    told(connection)
    with pytest.raises(NotFound, match="no such case"):
        public_history(connection, code)
