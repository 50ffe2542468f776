"""Whistle and report-in (网格吹哨、部门报到): departments come to a case, against a clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from gisgrid.cases.calendar import packaged_calendar
from gisgrid.cases.clocks import URGENT
from gisgrid.cases.stages import Stage, step_of
from gisgrid.errors import Conflict, Forbidden, InputError, NotFound
from gisgrid.store.cases.called import add_call, update_call
from gisgrid.store.cases.writing import Held, checked_words, hold, take
from gisgrid.store.tables import case_call, department

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from gisgrid.access import Actor
    from gisgrid.cases.calendar import WorkCalendar
    from gisgrid.store.cases.records import Case

__all__ = [
    "call",
    "hand_lead",
    "join",
    "leave",
    "report_in",
]

_LONGEST: Final = 500


def call(
    connection: Connection,
    number: str,
    departments: Sequence[str],
    *,
    actor: Actor,
    lead: str = "",
    urgent: bool = False,
    version: int | None = None,
    reason: str = "",
    action: str = "",
    calendar: WorkCalendar | None = None,
) -> Case:
    """Call departments to a case; an accepted case is dispatched thereby.

    Parameters
    ----------
    connection : Connection
        Of a transaction.
    number : str
    departments : sequence of str
        Codes.
    actor : Actor
    lead : str
        Which of them leads; without it the first, where none leads yet.
    urgent : bool
        They have two hours, by day and night, whatever the category says.
    version : int, optional
        On which the call was decided.
    reason : str
    action : str
        ``dispatch`` or ``call`` where only that step is meant; else it goes by the stage.
    calendar : WorkCalendar, optional
        The packaged one without it.

    Raises
    ------
    NotFound
        There is no such case or department.
    Conflict
        The case is in another stage, a department is there already, or another one leads.
    InputError
        No department is named, or the lead is none of them.
    StaleVersion
        Somebody has changed it since.
    """
    named = list(dict.fromkeys(one.strip() for one in departments if one.strip()))
    checked_words(",".join(named), "departments", _LONGEST)
    if not named or (lead and lead not in named):
        raise InputError("name the departments, the lead among them", where=number)
    held = hold(connection, number, version)
    case = held.case
    step = step_of(action or ("dispatch" if case.stage is Stage.ACCEPTED else "call"))
    stage = held.leads_to(step, reason)
    _require_departments(connection, named)
    if lead and case.lead_department:
        raise Conflict(
            f"{case.lead_department} leads already", where=number, fix="hand over the lead"
        )
    _require_absent(connection, held, named)
    leader = case.lead_department or lead or named[0]
    clock = URGENT if urgent else case.category.report_in
    due = clock.due(calendar or packaged_calendar(), held.now).at
    for one in named:
        role = "lead" if one == leader else "helper"
        add_call(connection, held, one, role, clock=str(clock), due_at=due)
    changes = {"lead_department": leader}
    return take(
        connection, held, step, stage,
        actor=actor, reason=reason, about=",".join(named), changes=changes,
    )  # fmt: skip


def report_in(
    connection: Connection,
    number: str,
    department: str,
    *,
    actor: Actor,
    version: int | None = None,
) -> Case:
    """A department that was called reports in (部门报到).

    Raises
    ------
    NotFound
        There is no such case, or the department was not called.
    Conflict
        It has reported in already.
    Forbidden
        Who does it acts for another department.
    """
    held, one = _hold_called(connection, number, department, actor, version)
    if one.reported_in_at is not None:
        raise Conflict(f"{department} has reported in already", where=number)
    return _part(connection, held, "report-in", department, actor, reported_in_at=held.now)


def join(
    connection: Connection,
    number: str,
    department: str,
    *,
    actor: Actor,
    version: int | None = None,
) -> Case:
    """A department comes to a case without a call, as a helper (按需入群).

    Raises
    ------
    NotFound
        There is no such case or department.
    Conflict
        It is there already.
    Forbidden
        Who does it acts for another department.
    """
    _require_own(actor, department, number)
    held = hold(connection, number, version)
    step = step_of("join")
    stage = held.leads_to(step)
    _require_departments(connection, [department])
    _require_absent(connection, held, [department])
    add_call(connection, held, department, "helper", due_at=held.now, reported_in_at=held.now)
    return take(connection, held, step, stage, actor=actor, about=department)


def leave(
    connection: Connection,
    number: str,
    department: str,
    *,
    actor: Actor,
    reason: str,
    version: int | None = None,
) -> Case:
    """A helper leaves a case; a lead hands over first.

    Raises
    ------
    NotFound
        There is no such case, or the department is not there.
    Conflict
        It leads.
    Forbidden
        Who does it acts for another department.
    InputError
        No reason is given.
    """
    held, one = _hold_called(connection, number, department, actor, version)
    if one.role == "lead":
        raise Conflict(f"{department} leads", where=number, fix="hand over the lead first")
    return _part(connection, held, "leave", department, actor, reason=reason, left_at=held.now)


def hand_lead(
    connection: Connection,
    number: str,
    department: str,
    *,
    actor: Actor,
    version: int | None = None,
) -> Case:
    """A helper takes over the lead.

    Raises
    ------
    NotFound
        There is no such case, or the department is not there.
    Conflict
        It leads already.
    Forbidden
        Who does it acts for a department that does not lead.
    """
    held = hold(connection, number, version)
    case = held.case
    if actor.department and actor.department != case.lead_department:
        raise Forbidden("only the lead or the grid hands over the lead", where=number)
    one = _called(connection, held, department)
    if one.role == "lead":
        raise Conflict(f"{department} leads already", where=number)
    # One lead at a time: the index would refuse two of them for a moment.
    update_call(connection, held, case.lead_department, role="helper")
    return _part(
        connection, held, "hand-lead", department, actor,
        changes={"lead_department": department}, role="lead",
    )  # fmt: skip


def _hold_called(
    connection: Connection, number: str, code: str, actor: Actor, version: int | None
) -> tuple[Held, Any]:
    _require_own(actor, code, number)
    held = hold(connection, number, version)
    return held, _called(connection, held, code)


def _called(connection: Connection, held: Held, code: str) -> Any:
    c = case_call.c
    query = select(c.role, c.reported_in_at).where(
        c.case_id == held.case.id, c.department == code, c.left_at.is_(None)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"{code} was not called", where=held.case.number, fix="join the case")
    return row


def _part(
    connection: Connection,
    held: Held,
    action: str,
    code: str,
    actor: Actor,
    *,
    reason: str = "",
    changes: dict[str, Any] | None = None,
    **values: Any,
) -> Case:
    """One department's part of a case changes."""
    step = step_of(action)
    stage = held.leads_to(step, reason)
    update_call(connection, held, code, **values)
    return take(
        connection, held, step, stage, actor=actor, reason=reason, about=code, changes=changes
    )


def _require_own(actor: Actor, code: str, number: str) -> None:
    # The grid's own people have no department, and may note down who came.
    if actor.department and actor.department != code:
        raise Forbidden(f"{code} is not your department", where=number)


def _require_departments(connection: Connection, codes: Sequence[str]) -> None:
    known = set(connection.scalars(select(department.c.code).where(department.c.code.in_(codes))))
    for code in codes:
        if code not in known:
            raise NotFound("there is no such department", where=repr(code))


def _require_absent(connection: Connection, held: Held, codes: Sequence[str]) -> None:
    c = case_call.c
    query = select(c.department).where(
        c.case_id == held.case.id, c.department.in_(codes), c.left_at.is_(None)
    )
    there = connection.scalars(query.order_by(c.department)).first()
    if there is not None:
        raise Conflict(f"{there} is there already", where=held.case.number)
