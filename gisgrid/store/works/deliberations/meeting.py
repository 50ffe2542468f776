"""A meeting from its convening to its outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, insert, select

from gisgrid.errors import Conflict, InputError
from gisgrid.store.cases.records import Case
from gisgrid.store.tables import (
    deliberation,
    deliberation_attendee,
    deliberation_entry,
    deliberation_option,
)
from gisgrid.store.works.concerned import hold_open, tell
from gisgrid.store.works.deliberations.records import Attendee, Deliberation, one, put, under_way
from gisgrid.store.works.facilities import NewFacility, add_facility

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from gisgrid.access import Actor

__all__ = ["ENTRY_KINDS", "NewFacilityHere", "close_deliberation", "convene", "hold_meeting", "say"]

ENTRY_KINDS: Final = ("ruling", "funding-advice", "opinion")


@dataclass(frozen=True)
class NewFacilityHere:
    """A facility that is made for the outcome, where the case lies."""

    kind: str
    name: str = ""
    upkeep_every_days: int | None = None


def convene(
    connection: Connection,
    number: str,
    *,
    subject: str,
    attendees: Sequence[Attendee],
    actor: Actor,
    place: str = "",
) -> Deliberation:
    """Convene a deliberation on a case.

    Raises
    ------
    NotFound
        There is no such case where one may look.
    InputError
        Nobody is to come, or somebody without department and role.
    Conflict
        The case is closed, or one is under way already.
    """
    if not attendees or not all(who.department or who.role for who in attendees):
        raise InputError(
            "a deliberation needs those who come", where=number,
            fix="name for each the department, or the role in which they come",
        )  # fmt: skip
    held = hold_open(connection, number)
    others = select(deliberation.c.id).where(
        deliberation.c.case_id == held.case.id, deliberation.c.state != "closed"
    )
    if connection.scalar(others) is not None:
        raise Conflict("a deliberation of this case is under way", where=number, fix="close it")
    row = insert(deliberation).values(
        case_id=held.case.id, subject=subject, place=place,
        convener_ref=actor.ref, convener_department=actor.department,
    )  # fmt: skip
    made = int(connection.execute(row.returning(deliberation.c.id)).scalar_one())
    connection.execute(
        insert(deliberation_attendee),
        [
            {"deliberation_id": made, "position": k, "department": a.department, "role": a.role}
            for k, a in enumerate(attendees, 1)
        ],
    )
    words = f"召集一事一议：{subject} / a deliberation is convened"
    tell(connection, held, actor, words, about=f"deliberation:{made}")
    return one(connection, held.case, made)


def say(
    connection: Connection, number: str, which: int, *, kind: str, words: str, actor: Actor,
    department: str = "",
) -> Deliberation:  # fmt: skip
    """Put a ruling, advice on funding or an opinion on record; nothing said is ever changed.

    Raises
    ------
    NotFound
        There is no such deliberation of a case where one may look.
    InputError
        The kind is none, or a ruling or advice comes from no department.
    Conflict
        It is closed.
    """
    if kind not in ENTRY_KINDS:
        raise InputError("this is no kind of entry", where=repr(kind), fix=", ".join(ENTRY_KINDS))
    whose = department or actor.department
    if kind != "opinion" and not whose:
        raise InputError(f"a {kind} comes from a department", where=number, fix="name it")
    held, row = under_way(connection, number, which)
    values = {"kind": kind, "words": words, "department": whose, "actor_ref": actor.ref}
    connection.execute(insert(deliberation_entry).values(deliberation_id=row.id, **values))
    return one(connection, held.case, which)


def hold_meeting(
    connection: Connection, number: str, which: int, held_at: datetime, *, now: datetime
) -> Deliberation:
    """Note when the meeting was held.

    Raises
    ------
    NotFound
        There is no such deliberation of a case where one may look.
    InputError
        The time lies ahead.
    Conflict
        It was held already.
    """
    if held_at > now:
        raise InputError("a meeting that was held is of the past", where=held_at.isoformat())
    held, row = under_way(connection, number, which)
    if row.state != "open":
        raise Conflict("the meeting was held already", where=number)
    put(connection, row.id, state="held", held_at=held_at)
    return one(connection, held.case, which)


def close_deliberation(
    connection: Connection,
    number: str,
    which: int,
    *,
    outcome: str,
    actor: Actor,
    makes: NewFacilityHere | None = None,
) -> Deliberation:
    """Put the outcome on record, and tell the reporter; it may make a facility.

    Raises
    ------
    NotFound
        There is no such deliberation of a case where one may look.
    InputError
        There is no outcome, or no such kind of facility.
    Conflict
        It was not held yet, votes are not counted, or it is closed already.
    """
    if not outcome.strip():
        raise InputError("a deliberation ends with an outcome", where=number, fix="say what it is")
    held, row = under_way(connection, number, which)
    if row.state != "held":
        raise Conflict("the meeting was not held yet", where=number, fix="say when it was")
    waiting = select(func.count()).where(
        deliberation_option.c.deliberation_id == row.id, deliberation_option.c.votes.is_(None)
    )
    if connection.scalar(waiting):
        raise Conflict("the votes are not counted yet", where=number, fix="count them")
    made = None if makes is None else _make(connection, held.case, row.id, makes)
    put(
        connection, row.id, state="closed", outcome=outcome, facility_id=made,
        closed_at=func.clock_timestamp(),
    )  # fmt: skip
    words = f"一事一议结果：{outcome}"
    tell(connection, held, actor, words, about=f"deliberation:{which}", to_reporter=True)
    return one(connection, held.case, which)


def _make(connection: Connection, case: Case, which: int, makes: NewFacilityHere) -> int:
    new = NewFacility(
        id=f"case:{case.number}:{which}",
        kind=makes.kind,
        lon=case.lon,
        lat=case.lat,
        name=makes.name,
        upkeep_every_days=makes.upkeep_every_days,
    )
    return add_facility(connection, new)
