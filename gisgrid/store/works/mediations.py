"""Mediation by three offices (三所联动): police station, justice office and law firm."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, insert, select, update

from gisgrid.errors import Conflict, InputError, NotFound
from gisgrid.store.cases.records import Case, get
from gisgrid.store.cases.writing import Held, hold
from gisgrid.store.tables import mediation, mediation_session
from gisgrid.store.works.concerned import hold_open, tell

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisgrid.access import Actor

__all__ = ["OUTCOMES", "Mediation", "Session", "end_mediation", "mediate", "mediations_of", "sit"]

OUTCOMES: Final = {
    "agreed": "达成协议 / agreed",
    "failed": "未达成协议 / no agreement",
    "withdrawn": "当事人撤回 / withdrawn",
}
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Session:
    """When the offices sat together with the parties; notes name nobody."""

    held_at: datetime
    place: str
    note: str
    actor_ref: str


@dataclass(frozen=True)
class Mediation:
    """A mediation by three offices.

    Attributes
    ----------
    id : int
    case : str
        Number of the case.
    police_station, justice_office, law_firm : str
    state : str
        ``open``, or a key of `OUTCOMES`.
    made_at, closed_at : datetime or None
    agreement_sha256 : str
        Digest of the agreement, which the offices keep; empty where there is none.
    sessions : tuple of Session
    """

    id: int
    case: str
    police_station: str
    justice_office: str
    law_firm: str
    state: str
    made_at: datetime
    closed_at: datetime | None
    agreement_sha256: str
    sessions: tuple[Session, ...]


def mediate(
    connection: Connection,
    number: str,
    *,
    police_station: str,
    justice_office: str,
    law_firm: str,
    actor: Actor,
) -> Mediation:
    """Bring the three offices together on a case.

    Raises
    ------
    NotFound
        There is no such case where one may look.
    InputError
        One of the three offices has no name.
    Conflict
        The case is closed, or a mediation is under way already.
    """
    offices = {
        "police_station": police_station.strip(),
        "justice_office": justice_office.strip(),
        "law_firm": law_firm.strip(),
    }
    if not all(offices.values()):
        raise InputError("it takes all three offices", where=number, fix="name each of them")
    held = hold_open(connection, number)
    under_way = select(mediation.c.id).where(
        mediation.c.case_id == held.case.id, mediation.c.state == "open"
    )
    if connection.scalar(under_way) is not None:
        raise Conflict("a mediation of this case is under way", where=number, fix="end it first")
    row = insert(mediation).values(case_id=held.case.id, actor_ref=actor.ref, **offices)
    made = int(connection.execute(row.returning(mediation.c.id)).scalar_one())
    words = "启动三所联动调解 / mediation by three offices begins"
    tell(connection, held, actor, words, about=f"mediation:{made}")
    return _one(connection, held.case, made)


def sit(
    connection: Connection, number: str, which: int, *, held_at: datetime, now: datetime,
    actor: Actor, place: str = "", note: str = "",
) -> Mediation:  # fmt: skip
    """Put a session on record.

    Raises
    ------
    NotFound
        There is no such mediation of a case where one may look.
    InputError
        The time lies ahead.
    Conflict
        It has ended.
    """
    if held_at > now:
        raise InputError("a session is of the past", where=held_at.isoformat())
    held = _under_way(connection, number, which)
    values = {"held_at": held_at, "place": place, "note": note, "actor_ref": actor.ref}
    connection.execute(insert(mediation_session).values(mediation_id=which, **values))
    return _one(connection, held.case, which)


def end_mediation(
    connection: Connection,
    number: str,
    which: int,
    *,
    outcome: str,
    actor: Actor,
    agreement_sha256: str = "",
) -> Mediation:
    """Put the outcome on record, and tell the reporter what it was.

    Parameters
    ----------
    outcome : str
        A key of `OUTCOMES`.
    agreement_sha256 : str
        Digest of the agreement in hexadecimal, where there is one: the paper itself stays with
        the offices, and can be told by it.

    Raises
    ------
    NotFound
        There is no such mediation of a case where one may look.
    InputError
        The outcome is none, or an agreement has no digest or another has one.
    Conflict
        It has ended, or the offices never sat.
    """
    if outcome not in OUTCOMES:
        raise InputError("this is no outcome", where=repr(outcome), fix=", ".join(OUTCOMES))
    if (outcome == "agreed") != bool(_DIGEST.fullmatch(agreement_sha256)):
        raise InputError(
            "an agreement is told by its digest, and nothing else has one",
            where=number,
            fix="give the SHA-256 of the agreement as 64 hexadecimal digits",
        )
    held = _under_way(connection, number, which)
    if outcome == "agreed" and not _sessions(connection, which):
        raise Conflict("the offices have not sat yet", where=number, fix="note the session first")
    row = update(mediation).where(mediation.c.id == which)
    closed_at = func.clock_timestamp()
    new = row.values(state=outcome, agreement_sha256=agreement_sha256, closed_at=closed_at)
    connection.execute(new)
    words = f"三所联动调解：{OUTCOMES[outcome]}"
    tell(connection, held, actor, words, about=f"mediation:{which}", to_reporter=True)
    return _one(connection, held.case, which)


def mediations_of(connection: Connection, number: str) -> list[Mediation]:
    """The mediations of a case, the first one first.

    Raises
    ------
    NotFound
        There is no such case where one may look.
    """
    case = get(connection, number)
    ids = select(mediation.c.id).where(mediation.c.case_id == case.id).order_by(mediation.c.id)
    return [_one(connection, case, which) for which in connection.scalars(ids).all()]


def _under_way(connection: Connection, number: str, which: int) -> Held:
    held = hold(connection, number)
    query = select(mediation.c.state).where(mediation.c.id == which)
    state = connection.scalar(query.where(mediation.c.case_id == held.case.id))
    if state is None:
        raise _unknown(number, which)
    if state != "open":
        raise Conflict("the mediation has ended", where=number, fix="begin another")
    return held


def _one(connection: Connection, case: Case, which: int) -> Mediation:
    plain = [one for one in Mediation.__dataclass_fields__ if one not in ("case", "sessions")]
    query = select(*(mediation.c[name] for name in plain)).where(mediation.c.id == which)
    row: Any = connection.execute(query.where(mediation.c.case_id == case.id)).one_or_none()
    if row is None:
        raise _unknown(case.number, which)
    return Mediation(case=case.number, sessions=_sessions(connection, which), **row._mapping)


def _sessions(connection: Connection, which: int) -> tuple[Session, ...]:
    own = mediation_session.c
    query = select(*(own[name] for name in Session.__dataclass_fields__))
    rows = connection.execute(query.where(own.mediation_id == which).order_by(own.held_at, own.id))
    return tuple(Session(**row._mapping) for row in rows)


def _unknown(number: str, which: int) -> NotFound:
    return NotFound(
        "there is no such mediation", where=f"case {number}, {which}",
        fix=f"GET /v1/cases/{number}/mediations",
    )  # fmt: skip
