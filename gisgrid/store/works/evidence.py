"""Pictures of a case before, during and after; whoever may see the case may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from gisgrid.errors import Conflict, InputError, NotFound
from gisgrid.store.audit import note
from gisgrid.store.cases.records import get
from gisgrid.store.cases.writing import hold
from gisgrid.store.tables import case_evidence

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisgrid.access import Actor
    from gisgrid.cases.pictures import Picture

__all__ = [
    "EVIDENCE_STAGES",
    "MOST_PICTURES",
    "CaseEvidence",
    "add_evidence",
    "evidence_jpeg",
    "evidence_of",
    "remove_evidence",
]

EVIDENCE_STAGES: Final = ("before", "during", "after")
MOST_PICTURES: Final = 10


@dataclass(frozen=True)
class CaseEvidence:
    """A picture of a case; its bytes are asked for by its id.

    Attributes
    ----------
    id : int
    stage : str
        One of `EVIDENCE_STAGES`.
    sha256 : str
        Digest of the JPEG.
    width, height : int
        In pixels.
    taken_on : date
    actor_ref : str
        Who sent it.
    made_at : datetime
    """

    id: int
    stage: str
    sha256: str
    width: int
    height: int
    taken_on: date
    actor_ref: str
    made_at: datetime


def add_evidence(
    connection: Connection,
    number: str,
    picture: Picture,
    *,
    stage: str,
    taken_on: date,
    today: date,
    actor: Actor,
) -> CaseEvidence:
    """Keep a picture of a case; the same one is kept once.

    Parameters
    ----------
    picture : Picture
        As `gisgrid.cases.pictures.clean_picture` makes it: nothing else is ever kept.
    today : date
        In the zone of the settings.

    Raises
    ------
    NotFound
        There is no such case where one may look.
    InputError
        The stage is none, or the day lies ahead.
    Conflict
        The case has as many pictures as it may have.
    """
    if stage not in EVIDENCE_STAGES:
        raise InputError(
            "this is no stage of evidence", where=repr(stage), fix=", ".join(EVIDENCE_STAGES)
        )
    if taken_on > today:
        raise InputError("a picture is of the past", where=taken_on.isoformat())
    # Held, so that two who send at once do not pass the limit together.
    case = hold(connection, number).case
    own = case_evidence.c
    known = list(connection.scalars(select(own.sha256).where(own.case_id == case.id)))
    if picture.sha256 not in known and len(known) >= MOST_PICTURES:
        raise Conflict(
            f"a case has at most {MOST_PICTURES} pictures", where=number, fix="remove one first"
        )
    row = insert(case_evidence).values(
        case_id=case.id,
        stage=stage,
        jpeg=picture.jpeg,
        sha256=picture.sha256,
        width=picture.width,
        height=picture.height,
        taken_on=taken_on,
        actor_ref=actor.ref,
    )
    connection.execute(row.on_conflict_do_nothing())
    query = _listed().where(own.case_id == case.id, own.sha256 == picture.sha256)
    return CaseEvidence(**connection.execute(query).one()._mapping)


def evidence_of(connection: Connection, number: str) -> list[CaseEvidence]:
    """The pictures of a case, the first one first.

    Raises
    ------
    NotFound
        There is no such case where one may look.
    """
    case = get(connection, number)
    query = _listed().where(case_evidence.c.case_id == case.id).order_by(case_evidence.c.id)
    return [CaseEvidence(**row._mapping) for row in connection.execute(query)]


def evidence_jpeg(connection: Connection, number: str, which: int) -> bytes:
    """The bytes of a picture.

    Raises
    ------
    NotFound
        There is no such case where one may look, or no such picture of it.
    """
    case = get(connection, number)
    own = case_evidence.c
    query = select(own.jpeg).where(own.case_id == case.id, own.id == which)
    jpeg = connection.scalar(query)
    if jpeg is None:
        raise _unknown(number, which)
    return bytes(jpeg)


def remove_evidence(connection: Connection, number: str, which: int, *, actor: Actor) -> None:
    """Erase a picture, such as one that shows somebody's face; the audit log says who did.

    Raises
    ------
    NotFound
        There is no such case where one may look, or no such picture of it.
    """
    case = hold(connection, number).case
    own = case_evidence.c
    gone = delete(case_evidence).where(own.case_id == case.id, own.id == which)
    digest = connection.scalar(gone.returning(own.sha256))
    if digest is None:
        raise _unknown(number, which)
    note(connection, actor, "case.evidence.remove", f"case:{case.id}", digest)


def _listed() -> Any:
    return select(*(case_evidence.c[name] for name in CaseEvidence.__dataclass_fields__))


def _unknown(number: str, which: int) -> NotFound:
    return NotFound(
        "there is no such picture",
        where=f"case {number}, {which}",
        fix=f"GET /v1/cases/{number}/evidence",
    )
