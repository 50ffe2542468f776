"""Steps from stage to stage, as the table of `gisgrid.cases.stages` allows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, func, select

from gisgrid.cases.calendar import packaged_calendar
from gisgrid.cases.clocks import COMPLEX, ESCALATION
from gisgrid.cases.codes import code_hash
from gisgrid.cases.stages import Stage, next_stage, step_of
from gisgrid.errors import Conflict, InputError
from gisgrid.store.cases import calls
from gisgrid.store.cases.called import finish_all, release_all
from gisgrid.store.cases.own import as_reporter
from gisgrid.store.cases.records import no_such_case
from gisgrid.store.cases.writing import Held, checked_words, hold, take
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import case_event, case_file

if TYPE_CHECKING:
    from gisgrid.access import Actor
    from gisgrid.cases.calendar import WorkCalendar
    from gisgrid.store.cases.records import Case

__all__ = ["act", "act_by_code"]

_BEST: Final = 5
_LONGEST_ABOUT: Final = 500
_PARTS: Final = frozenset({"dispatch", "call", "report-in", "join", "leave", "hand-lead"})


def act(
    connection: Connection,
    number: str,
    action: str,
    *,
    actor: Actor,
    version: int | None = None,
    reason: str = "",
    about: str = "",
    calendar: WorkCalendar | None = None,
) -> Case:
    """Take a step with a case; the caller has asked for `STEPS[action].right`.

    Parameters
    ----------
    connection : Connection
        Of a transaction.
    number : str
    action : str
        A key of `gisgrid.cases.stages.STEPS`; ``relocate`` is a function of its own.
    actor : Actor
    version : int, optional
        On which the step was decided; without it the case is taken as it is.
    reason : str
    about : str
        ``merge``: the number of the case that stays. ``dispatch``, ``call``, ``report-in``,
        ``join``, ``leave``, ``hand-lead``: codes of departments, with commas between.
    calendar : WorkCalendar, optional
        The packaged one without it.

    Raises
    ------
    NotFound
        There is no such action, or no such case that may be seen.
    StaleVersion
        Somebody has changed it since.
    Conflict
        The case is in another stage, or the step would change nothing.
    Forbidden
        The step is the reporter's.
    InputError
        It needs a reason, or something that it is about.
    """
    step = step_of(action)
    if action == "relocate":
        raise InputError(
            "a new place is given as a point",
            where=number,
            fix="gisgrid case relocate, or POST /v1/cases/{number}/relocate",
        )
    about = checked_words(about, "about", _LONGEST_ABOUT)
    if action in _PARTS:
        return _act_part(connection, number, action, actor, version, reason, about, calendar)
    held = hold(connection, number, version)
    stage = held.leads_to(step, reason)
    changes = _changes(connection, held, action, about, calendar or packaged_calendar())
    return take(
        connection, held, step, stage, actor=actor, reason=reason, about=about, changes=changes
    )


def _act_part(
    connection: Connection,
    number: str,
    action: str,
    actor: Actor,
    version: int | None,
    reason: str,
    about: str,
    calendar: WorkCalendar | None,
) -> Case:
    """A step that concerns departments."""
    if action in ("dispatch", "call"):
        return calls.call(
            connection, number, about.split(","),
            actor=actor, version=version, reason=reason, action=action, calendar=calendar,
        )  # fmt: skip
    if action == "leave":
        return calls.leave(connection, number, about, actor=actor, reason=reason, version=version)
    part = {"report-in": calls.report_in, "join": calls.join, "hand-lead": calls.hand_lead}[action]
    return part(connection, number, about, actor=actor, version=version)


def act_by_code(
    connection: Connection,
    code: str,
    action: str,
    *,
    actor: Actor,
    reason: str = "",
    about: str = "",
    calendar: WorkCalendar | None = None,
) -> Case:
    """Take a step with one's own report: ``reopen`` with a reason, or ``rate`` with 1 to 5.

    Parameters
    ----------
    connection : Connection
        Of a transaction; it need not see any case.
    code : str
        Which `report` said once.
    action : str
    actor : Actor
    reason : str
    about : str
        The rating.
    calendar : WorkCalendar, optional
        The packaged one without it.

    Raises
    ------
    NotFound, Conflict, Forbidden, InputError
        As for `act`; an unknown code is a case that does not exist.
    """
    step = step_of(action)
    with as_reporter(connection):
        held = hold(connection, "report", of=case_file.c.code_hash == code_hash(code))
        case = held.case
        checked_words(reason, "reason")
        stage = next_stage(step, case.stage, reason=reason, reporter=True, where=case.number)
        changes: dict[str, Any] = {}
        if action == "rate":
            if not (about.isdecimal() and 1 <= int(about) <= _BEST):
                raise InputError("a rating is 1 to 5", where=repr(about))
            changes["rating"] = int(about)
        else:
            clocks = calendar or packaged_calendar()
            changes = _changes(connection, held, action, about, clocks)
        return take(
            connection, held, step, stage, actor=actor, reason=reason, about=about, changes=changes
        )


def _changes(
    connection: Connection, held: Held, action: str, about: str, calendar: WorkCalendar
) -> dict[str, Any]:
    """The columns that an action changes besides the stage."""
    change = _CHANGES.get(action)
    return {} if change is None else change(connection, held, about, calendar)


def _accept(
    connection: Connection, held: Held, about: str, calendar: WorkCalendar
) -> dict[str, Any]:
    return {"due_at": held.case.category.close.due(calendar, held.now).at}


def _reopen(
    connection: Connection, held: Held, about: str, calendar: WorkCalendar
) -> dict[str, Any]:
    release_all(connection, held)
    return {"rating": None, "lead_department": "", **_accept(connection, held, about, calendar)}


def _extend(
    connection: Connection, held: Held, about: str, calendar: WorkCalendar
) -> dict[str, Any]:
    taken_on = select(func.max(case_event.c.at)).where(
        case_event.c.case_id == held.case.id, case_event.c.action.in_(("accept", "reopen"))
    )
    since = connection.scalar(taken_on) or held.case.reported_at
    due = COMPLEX.due(calendar, since).at
    if held.case.due_at is not None and due <= held.case.due_at:
        raise Conflict("has all the time that can be allowed", where=held.case.number)
    return {"due_at": due}


def _escalate(
    connection: Connection, held: Held, about: str, calendar: WorkCalendar
) -> dict[str, Any]:
    if held.case.escalated:
        raise Conflict("is escalated already", where=held.case.number)
    due = ESCALATION.due(calendar, held.now).at
    return {"escalated": True, "due_at": min(due, held.case.due_at or due)}


def _merge(
    connection: Connection, held: Held, about: str, calendar: WorkCalendar
) -> dict[str, Any]:
    case = held.case
    query = select(case_file.c.id, case_file.c.stage).where(
        case_file.c.number == about, visible_to(connection, case_file)
    )
    # Held, so that the case that stays is not merged into this one at the same moment.
    found = connection.execute(query.with_for_update()).one_or_none()
    if found is None:
        raise no_such_case(about)
    if found.id == case.id or found.stage in (Stage.MERGED, Stage.REFUSED, Stage.NOT_RESPONSIBLE):
        raise Conflict(
            "nothing can be merged into this case",
            where=about,
            fix="name another case that is open or closed",
        )
    release_all(connection, held)
    return {"merged_into_id": found.id, "lead_department": ""}


def _hand_back(
    connection: Connection, held: Held, about: str, calendar: WorkCalendar
) -> dict[str, Any]:
    release_all(connection, held)
    return {"lead_department": ""}


def _close(
    connection: Connection, held: Held, about: str, calendar: WorkCalendar
) -> dict[str, Any]:
    finish_all(connection, held)
    return {}


_Change = Callable[[Connection, Held, str, "WorkCalendar"], dict[str, Any]]
_CHANGES: Final[dict[str, _Change]] = {
    "accept": _accept,
    "reopen": _reopen,
    "extend": _extend,
    "escalate": _escalate,
    "merge": _merge,
    "hand-back": _hand_back,
    "close": _close,
    "close-on-spot": _close,
}  # fmt: skip
