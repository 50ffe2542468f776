"""What was done with a case: for the staff, and for whoever reported it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from gisgrid.cases.blockers import Blocker, blocker_of
from gisgrid.cases.codes import code_hash
from gisgrid.cases.stages import STEPS, Stage
from gisgrid.store.cases.called import calls_of
from gisgrid.store.cases.numbers import seen_numbers
from gisgrid.store.cases.own import as_reporter
from gisgrid.store.cases.records import Case, case_of, get, no_such_case, select_cases
from gisgrid.store.tables import case_event, case_file, case_note

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["Event", "PublicCase", "PublicStep", "history", "public_history"]


@dataclass(frozen=True)
class Event:
    """A step that was taken.

    Attributes
    ----------
    version : int
        Of the case, from then on.
    action : str
        ``report``, or a key of `gisgrid.cases.stages.STEPS`.
    before : Stage or None
    after : Stage
    at : datetime
    actor : str
        A reference, such as ``account:7``.
    department : str
        For which the actor acted.
    about : str
        The departments, the number or the rating that the step concerns. The number of a case
        that may not be seen is left out.
    reason : str or None
        None where the words were erased.
    """

    version: int
    action: str
    before: Stage | None
    after: Stage
    at: datetime
    actor: str
    department: str
    about: str
    reason: str | None


@dataclass(frozen=True)
class PublicStep:
    """A step as the reporter reads it: no names, and no words that were not meant for them.

    Attributes
    ----------
    action : str
    stage : Stage
        Afterwards.
    at : datetime
    office : str
        Code of the department that did it; empty for the grid.
    departments : tuple of str
        Codes of the departments that the step concerns.
    words : str
        Such as why it was refused.
    """

    action: str
    stage: Stage
    at: datetime
    office: str
    departments: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class PublicCase:
    """A case as its reporter sees it.

    Attributes
    ----------
    case : Case
        Of which a page shows number, category, stage, times and rating.
    blocker : Blocker or None
        Whom it waits for; None where it is over.
    steps : tuple of PublicStep
        The first one first.
    merged_into : PublicCase or None
        How far the case is that it became part of, in the end. None also where that one is
        confidential and the report is not: nothing of it is told then.
    actions : tuple of str
        What the reporter may do.
    """

    case: Case
    blocker: Blocker | None
    steps: tuple[PublicStep, ...]
    merged_into: PublicCase | None
    actions: tuple[str, ...]


def history(connection: Connection, number: str) -> list[Event]:
    """All that was done with a case, the first step first.

    Raises
    ------
    NotFound
        There is no such case, or none that may be seen.
    """
    return _without_hidden(connection, _events(connection, get(connection, number).id))


def _without_hidden(connection: Connection, events: list[Event]) -> list[Event]:
    """The events without the numbers of cases that may not be seen."""
    named = {event.about for event in events if event.action == "merge"}
    hidden = named - seen_numbers(connection, named)
    return [
        replace(event, about="") if event.action == "merge" and event.about in hidden else event
        for event in events
    ]


def _events(connection: Connection, case_id: int) -> list[Event]:
    c = case_event.c
    query = (
        select(case_event, case_note.c.words)
        .outerjoin(case_note, case_note.c.id == c.reason_ref)
        .where(c.case_id == case_id)
        .order_by(c.version)
    )
    return [_event(row) for row in connection.execute(query)]


def _event(row: Any) -> Event:
    return Event(
        version=row.version,
        action=row.action,
        before=None if row.from_stage is None else Stage(row.from_stage),
        after=Stage(row.to_stage),
        at=row.at,
        actor=row.actor_ref,
        department=row.department,
        about=row.about,
        reason="" if row.reason_ref is None else row.words,
    )


def public_history(connection: Connection, code: str) -> PublicCase:
    """A report by the code that its reporter was given.

    Raises
    ------
    NotFound
        Nobody was given this code.
    """
    with as_reporter(connection):
        return _public(connection, case_file.c.code_hash == code_hash(code))


def _public(connection: Connection, of: Any, *, followed: bool = False) -> PublicCase:
    row = connection.execute(select_cases().where(of)).one_or_none()
    if row is None:
        raise no_such_case("report")
    case = case_of(row)
    if followed and case.merged_into is not None:
        # Merged on: the reporter hears of the one that stays in the end.
        return _public(connection, case_file.c.id == case.merged_into, followed=True)
    events = _events(connection, case.id)
    calls = calls_of(connection, [case.id])[case.id]
    into = None
    if case.merged_into is not None:
        into = _public(connection, case_file.c.id == case.merged_into, followed=True)
        if into.case.confidential and not case.confidential:
            into = None
    return PublicCase(
        case=case,
        blocker=blocker_of(case.stage, case.stage_since, case.due_at, case.lead_department, calls),
        # Of the case that stays, which others reported, only how far it is.
        steps=() if followed else tuple(_step(one) for one in events if one.action in _SHOWN),
        merged_into=into,
        actions=() if followed else _actions(case),
    )


_SHOWN: Final = frozenset({"report", *STEPS} - {"note"})
_DEPARTMENTS: Final = frozenset({"dispatch", "call", "report-in", "join", "leave", "hand-lead"})


def _step(event: Event) -> PublicStep:
    told = event.action in STEPS and STEPS[event.action].told
    concerned = event.about.split(",") if event.action in _DEPARTMENTS and event.about else ()
    return PublicStep(
        action=event.action,
        stage=event.after,
        at=event.at,
        office=event.department,
        departments=tuple(concerned),
        words=(event.reason or "") if told else "",
    )


def _actions(case: Case) -> tuple[str, ...]:
    return tuple(
        step.action
        for step in STEPS.values()
        if "reporter" in step.doers and case.stage in step.sources
    )
