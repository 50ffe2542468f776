"""Deliberations as they are read, with all that belongs to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from gisgrid.errors import Conflict, NotFound
from gisgrid.store.cases.records import Case, get
from gisgrid.store.cases.writing import Held, hold
from gisgrid.store.tables import (
    deliberation,
    deliberation_attendee,
    deliberation_entry,
    deliberation_option,
    facility,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = [
    "Attendee",
    "Deliberation",
    "Entry",
    "Option",
    "Poll",
    "deliberations_of",
    "one",
    "put",
    "under_way",
]


@dataclass(frozen=True)
class Attendee:
    """Who sits at the table: a department by its code, or in what role somebody comes."""

    department: str = ""
    role: str = ""


@dataclass(frozen=True)
class Entry:
    """What was said: one of `ENTRY_KINDS`, by a department or by nobody's."""

    kind: str
    department: str
    words: str
    actor_ref: str
    made_at: datetime


@dataclass(frozen=True)
class Option:
    """What residents could choose, and how many did; None before the count."""

    words: str
    votes: int | None = None


@dataclass(frozen=True)
class Poll:
    """A poll of residents: how many households were asked, and why they were."""

    question: str
    reason: str
    households: int
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Deliberation:
    """One matter and one meeting about it.

    Attributes
    ----------
    id : int
    case : str
        Number of the case.
    subject, place : str
    state : str
        ``open`` (convened), ``held`` or ``closed``.
    convener_ref, convener_department : str
    made_at, held_at, closed_at : datetime or None
        When it was convened, held and closed.
    attendees : tuple of Attendee
    entries : tuple of Entry
    poll : Poll or None
    outcome : str
    facility : str or None
        Id of the facility that was made for it.
    """

    id: int
    case: str
    subject: str
    place: str
    state: str
    convener_ref: str
    convener_department: str
    made_at: datetime
    held_at: datetime | None
    closed_at: datetime | None
    attendees: tuple[Attendee, ...]
    entries: tuple[Entry, ...]
    poll: Poll | None
    outcome: str
    facility: str | None


def deliberations_of(connection: Connection, number: str) -> list[Deliberation]:
    """The deliberations of a case, the first one first.

    Raises
    ------
    NotFound
        There is no such case where one may look.
    """
    case = get(connection, number)
    ids = select(deliberation.c.id).where(deliberation.c.case_id == case.id)
    found = connection.scalars(ids.order_by(deliberation.c.id)).all()
    return [one(connection, case, which) for which in found]


def under_way(connection: Connection, number: str, which: int) -> tuple[Held, Any]:
    """A deliberation that is not closed; its case is held, and so nobody else changes it."""
    held = hold(connection, number)
    query = select(deliberation).where(
        deliberation.c.id == which, deliberation.c.case_id == held.case.id
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise _unknown(number, which)
    if row.state == "closed":
        raise Conflict("the deliberation is closed", where=number, fix="convene another")
    return held, row


def put(connection: Connection, which: int, **values: Any) -> None:
    """Change columns of a deliberation."""
    connection.execute(update(deliberation).where(deliberation.c.id == which).values(**values))


def one(connection: Connection, case: Case, which: int) -> Deliberation:
    """A deliberation of a case, by its id."""
    own = deliberation.c
    query = (
        select(deliberation, facility.c.source_id.label("facility"))
        .outerjoin(facility, facility.c.id == own.facility_id)
        .where(own.id == which, own.case_id == case.id)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise _unknown(case.number, which)
    plain = ("id", "subject", "place", "state", "convener_ref", "convener_department")
    told = {name: row._mapping[name] for name in (*plain, "made_at", "held_at", "closed_at")}
    return Deliberation(
        case=case.number,
        attendees=_attendees(connection, which),
        entries=_entries(connection, which),
        poll=_poll(connection, row) if row.poll_question else None,
        outcome=row.outcome,
        facility=row.facility,
        **told,
    )


def _attendees(connection: Connection, which: int) -> tuple[Attendee, ...]:
    own = deliberation_attendee.c
    query = select(own.department, own.role).where(own.deliberation_id == which)
    return tuple(Attendee(*row) for row in connection.execute(query.order_by(own.position)))


def _entries(connection: Connection, which: int) -> tuple[Entry, ...]:
    own = deliberation_entry.c
    query = select(*(own[name] for name in Entry.__dataclass_fields__))
    rows = connection.execute(query.where(own.deliberation_id == which).order_by(own.id))
    return tuple(Entry(**row._mapping) for row in rows)


def _poll(connection: Connection, row: Any) -> Poll:
    own = deliberation_option.c
    query = select(own.words, own.votes).where(own.deliberation_id == row.id)
    options = tuple(Option(*one) for one in connection.execute(query.order_by(own.position)))
    return Poll(row.poll_question, row.poll_reason, row.poll_households, options)


def _unknown(number: str, which: int) -> NotFound:
    return NotFound(
        "there is no such deliberation", where=f"case {number}, {which}",
        fix=f"GET /v1/cases/{number}/deliberations",
    )  # fmt: skip
