"""Pictures of a case before, during and after; whoever may see the case may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from gisgrid.cases.codes import code_hash
from gisgrid.cases.stages import OPEN, Stage
from gisgrid.errors import Conflict, Forbidden, InputError, NotFound
from gisgrid.store.audit import note
from gisgrid.store.cases.own import as_reporter
from gisgrid.store.cases.records import get
from gisgrid.store.cases.writing import hold
from gisgrid.store.tables import case_evidence, case_file

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisgrid.access import Actor
    from gisgrid.cases.pictures import Picture
    from gisgrid.store.cases.records import Case

__all__ = [
    "EVIDENCE_STAGES",
    "MOST_OF_REPORTER",
    "MOST_PICTURES",
    "CaseEvidence",
    "add_by_code",
    "add_evidence",
    "evidence_jpeg",
    "evidence_of",
    "remove_evidence",
    "require_room",
    "sent_by_code",
]

EVIDENCE_STAGES: Final = ("before", "during", "after")
MOST_PICTURES: Final = 10
MOST_OF_REPORTER: Final = 5


@dataclass(frozen=True)
class CaseEvidence:
    """A picture of a case; its bytes are asked for by its digest.

    Attributes
    ----------
    stage : str
        One of `EVIDENCE_STAGES`.
    sha256 : str
        Digest of the JPEG: unlike a count it tells nothing of the pictures of other cases.
    width, height : int
        In pixels.
    taken_on : date
    actor_ref : str
        Who sent it.
    made_at : datetime
    erased_at : datetime or None
        When it was erased, by itself or with the words of its case.
    """

    stage: str
    sha256: str
    width: int
    height: int
    taken_on: date
    actor_ref: str
    made_at: datetime
    erased_at: datetime | None


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
        The case has as many pictures as it may have, or this one was erased.
    """
    if stage not in EVIDENCE_STAGES:
        raise InputError(
            "this is no stage of evidence", where=repr(stage), fix=", ".join(EVIDENCE_STAGES)
        )
    if taken_on > today:
        raise InputError("a picture is of the past", where=taken_on.isoformat())
    # Held, so that two who send at once do not pass the limit together.
    case = hold(connection, number).case
    return _keep(connection, case, picture, stage=stage, taken_on=taken_on, actor=actor)


def add_by_code(
    connection: Connection, code: str, picture: Picture, *, today: date, actor: Actor
) -> int:
    """Keep a picture that a reporter sends after their report, as evidence of before.

    Parameters
    ----------
    code : str
        Which the reporter was given.

    Returns
    -------
    int
        How many they have sent.

    Raises
    ------
    NotFound
        Nobody was given this code.
    Conflict
        The case is over, has as many pictures as it may have, or this one was erased.
    """
    with as_reporter(connection):
        case = hold(connection, "report", of=case_file.c.code_hash == code_hash(code)).case
        _require_open(case)
        # Again while it is held, for another one may have come since.
        if picture.sha256 not in _sent(connection, case, actor):
            require_room(connection, case, actor)
        _keep(connection, case, picture, stage="before", taken_on=today, actor=actor)
        return len(_sent(connection, case, actor))


def require_room(connection: Connection, case: Case, actor: Actor) -> None:
    """Ask before a reporter's picture is read, which takes a core for a moment.

    Parameters
    ----------
    case : Case
        The reporter's own, by its code.

    Raises
    ------
    Conflict
        The case is over, or has as many pictures as it may have, of its reporter or in all.
    """
    _require_open(case)
    own = case_evidence.c
    kept = select(func.count()).where(own.case_id == case.id, own.erased_at.is_(None))
    with as_reporter(connection):
        if len(_sent(connection, case, actor)) >= MOST_OF_REPORTER:
            raise Conflict(f"a report has at most {MOST_OF_REPORTER} pictures", where=case.number)
        if connection.execute(kept).scalar_one() >= MOST_PICTURES:
            raise _full(case)


def _require_open(case: Case) -> None:
    if case.stage is Stage.MERGED:
        raise Conflict(
            "the report is part of another one now",
            where=case.number,
            fix="report it anew if it is something else",
        )
    if case.stage not in OPEN:
        raise Conflict("the report is over", where=case.number, fix="open it again first")


def _sent(connection: Connection, case: Case, actor: Actor) -> set[str]:
    """Digests of what somebody has sent for a case, erased ones too."""
    own = case_evidence.c
    query = select(own.sha256).where(own.case_id == case.id, own.actor_ref == actor.ref)
    return set(connection.scalars(query))


def sent_by_code(connection: Connection, code: str, actor: Actor) -> int:
    """How many pictures a reporter has sent; 0 where nobody was given the code."""
    own = case_evidence.c
    mine = case_file.c.code_hash == code_hash(code)
    query = select(func.count()).join_from(case_evidence, case_file)
    with as_reporter(connection):
        found = connection.execute(query.where(mine, own.actor_ref == actor.ref))
        return int(found.scalar_one())


def _keep(
    connection: Connection,
    case: Case,
    picture: Picture,
    *,
    stage: str,
    taken_on: date,
    actor: Actor,
) -> CaseEvidence:
    """Keep a picture of a case that is held, unless it has too many."""
    own = case_evidence.c
    query = select(own.sha256, own.erased_at).where(own.case_id == case.id)
    known = {one.sha256: one.erased_at for one in connection.execute(query)}
    if known.get(picture.sha256) is not None:
        raise Conflict("this picture was erased", where=case.number, fix="send another one")
    if picture.sha256 not in known and list(known.values()).count(None) >= MOST_PICTURES:
        raise _full(case)
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
    kept = _listed().where(own.case_id == case.id, own.sha256 == picture.sha256)
    return CaseEvidence(**connection.execute(kept).one()._mapping)


def _full(case: Case) -> Conflict:
    return Conflict(
        f"a case has at most {MOST_PICTURES} pictures",
        where=case.number,
        fix="remove one first",
    )


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


def evidence_jpeg(connection: Connection, number: str, sha256: str) -> bytes:
    """The bytes of a picture.

    Raises
    ------
    NotFound
        There is no such case where one may look, or no such picture of it, or no longer.
    """
    case = get(connection, number)
    own = case_evidence.c
    query = select(own.jpeg).where(own.case_id == case.id, own.sha256 == sha256)
    jpeg = connection.scalar(query)
    if jpeg is None:
        raise _unknown(number, sha256)
    return bytes(jpeg)


def remove_evidence(connection: Connection, number: str, sha256: str, *, actor: Actor) -> None:
    """Erase a picture, such as one that shows somebody's face; the audit log says who did.

    That there was one, and which, stays known: it cannot be sent again.

    Raises
    ------
    NotFound
        There is no such case where one may look, or no such picture of it, or no longer.
    Forbidden
        One sees the case for one's department was called, and others sent the picture.
    """
    held = hold(connection, number)
    own = case_evidence.c
    which = (own.case_id == held.case.id, own.sha256 == sha256, own.erased_at.is_(None))
    sender = connection.scalar(select(own.actor_ref).where(*which))
    if sender is None:
        raise _unknown(number, sha256)
    if not held.lies_within and sender != actor.ref:
        raise Forbidden("others sent this picture", where=number, fix="ask the grid to erase it")
    gone = update(case_evidence).where(*which)
    connection.execute(gone.values(jpeg=None, erased_at=func.clock_timestamp()))
    note(connection, actor, "case.evidence.remove", f"case:{held.case.id}", sha256)


def _listed() -> Any:
    return select(*(case_evidence.c[name] for name in CaseEvidence.__dataclass_fields__))


def _unknown(number: str, sha256: str) -> NotFound:
    return NotFound(
        "there is no such picture",
        where=f"case {number}, {sha256}",
        fix=f"GET /v1/cases/{number}/evidence",
    )
