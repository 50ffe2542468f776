"""What is known of people: names and telephone numbers, kept apart so that they can be erased.

All other tables hold the id alone, and so does the audit log: erasing breaks no chain.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from sqlalchemy import and_, func, insert, select, true, update

from gisgrid.access import Actor
from gisgrid.errors import InputError, NotFound
from gisgrid.store.audit import note
from gisgrid.store.scope import sight_of
from gisgrid.store.tables import personal

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

__all__ = ["KINDS", "correct", "erase", "expire", "find", "keep", "look", "masked", "says"]

KINDS: Final[Mapping[str, timedelta | None]] = {
    "reporter": timedelta(days=730),
    "sender": timedelta(days=365),
    "staff": None,
}
"""Whose data it is, and how long it is kept; None: until it is erased. A sender is of a tip."""

_LONGEST: Final = 200
_SYSTEM: Final = Actor("system")


def keep(
    connection: Connection, kind: str, fields: Mapping[str, str], *, until: datetime | None = None
) -> UUID:
    """Keep what is known of somebody, and give the reference that other tables hold.

    Parameters
    ----------
    connection : Connection
    kind : str
        A key of `KINDS`: ``reporter``, ``sender`` (of a tip, confidential) or ``staff``.
    fields : mapping of str to str
        ``name``, ``telephone`` and the like; blank ones are left out.
    until : datetime, optional
        Aware; when it is to be erased. Without it as `KINDS` says.

    Raises
    ------
    InputError
        The kind is none, or a field is longer than 200 characters.
    """
    if kind not in KINDS:
        raise InputError(
            "this is no kind of personal data", where=repr(kind), fix=f"give one of {list(KINDS)}"
        )
    kept = KINDS[kind]
    ref = uuid4()
    connection.execute(
        insert(personal).values(
            id=ref,
            kind=kind,
            fields=_told(fields),
            keep_until=until or (datetime.now(UTC) + kept if kept else None),
        )
    )
    return ref


def look(connection: Connection, ref: UUID, *, actor: Actor, why: str) -> dict[str, str]:
    """What is known of somebody, unmasked; the log says who looked, and why.

    The caller has asked for ``Right.SEE_PERSONAL``. Who sent a tip is shown only over a
    connection whose sight has what is confidential.

    Parameters
    ----------
    connection : Connection
        In a transaction that is committed: what is not noted must not be shown.
    why : str
        A reference to what it is needed for, as ``case:12``, and no free text.

    Raises
    ------
    NotFound
        There is no such reference, it was erased, or it is not for this one to see.
    """
    query = select(personal.c.fields).where(personal.c.id == ref, _shown(connection))
    fields: dict[str, str] | None = connection.scalar(query)
    if fields is None:
        raise NotFound("nothing is kept under this reference", where=f"personal:{ref}")
    note(connection, actor, "personal.look", f"personal:{ref}")
    note(connection, actor, "personal.need", why)
    return fields


def masked(connection: Connection, refs: Collection[UUID]) -> dict[UUID, dict[str, str]]:
    """What is known of some people with most of it hidden: 王**, 138****1234.

    Returns
    -------
    dict
        By reference; those that are unknown, erased or not to be seen are left out.
    """
    query = select(personal.c.id, personal.c.fields).where(
        personal.c.id.in_(list(refs)), personal.c.erased_at.is_(None), _shown(connection)
    )
    return {ref: _masked(fields) for ref, fields in connection.execute(query)}


def find(connection: Connection, telephone: str, *, actor: Actor) -> list[UUID]:
    """Where something is kept of somebody who asks what is known of them; the log says so.

    Parameters
    ----------
    telephone : str
        Compared digit by digit.

    Returns
    -------
    list of UUID
        The oldest first.
    """
    digits = _digits(telephone)
    if not digits:
        return []
    kept = func.regexp_replace(personal.c.fields["telephone"].astext, r"\D", "", "g")
    query = select(personal.c.id).where(kept == digits, _shown(connection))
    found = list(connection.scalars(query.order_by(personal.c.made_at, personal.c.id)))
    for ref in found:
        note(connection, actor, "personal.find", f"personal:{ref}")
    return found


def says(connection: Connection, ref: UUID, fields: Mapping[str, str]) -> bool:
    """Whether exactly this is kept of somebody already; it tells nothing else, so nobody looked.

    Raises
    ------
    InputError
        A field is longer than 200 characters.
    """
    same = and_(personal.c.id == ref, personal.c.fields == _told(fields), _shown(connection))
    return connection.scalar(select(personal.c.id).where(same)) is not None


def correct(connection: Connection, ref: UUID, fields: Mapping[str, str], *, actor: Actor) -> None:
    """Put other fields in the place of those that are kept, as a person may ask for.

    Raises
    ------
    InputError
        A field is longer than 200 characters.
    NotFound
        There is no such reference, or it was erased.
    """
    _change(connection, ref, fields=_told(fields))
    note(connection, actor, "personal.correct", f"personal:{ref}")


def erase(connection: Connection, ref: UUID, *, actor: Actor) -> None:
    """Forget what is known of somebody; the reference stays, and leads to nothing.

    Raises
    ------
    NotFound
        There is no such reference, or it was erased before.
    """
    _change(connection, ref, fields=None, erased_at=func.clock_timestamp())
    note(connection, actor, "personal.erase", f"personal:{ref}")


def expire(connection: Connection, now: datetime, *, actor: Actor = _SYSTEM) -> int:
    """Erase all that was to be kept until a moment at most; how many there were."""
    due = (
        update(personal)
        .where(personal.c.erased_at.is_(None), personal.c.keep_until <= now)
        .values(fields=None, erased_at=func.clock_timestamp())
        .returning(personal.c.id)
    )
    gone = connection.scalars(due).all()
    for ref in gone:
        note(connection, actor, "personal.expire", f"personal:{ref}")
    return len(gone)


def _change(connection: Connection, ref: UUID, **values: Any) -> None:
    one = and_(personal.c.id == ref, personal.c.erased_at.is_(None), _shown(connection))
    if connection.execute(update(personal).where(one).values(**values)).rowcount == 0:
        raise NotFound("nothing is kept under this reference", where=f"personal:{ref}")


def _shown(connection: Connection) -> ColumnElement[bool]:
    return true() if sight_of(connection).confidential else personal.c.kind != "sender"


def _told(fields: Mapping[str, str]) -> dict[str, str]:
    told = {name: value.strip() for name, value in fields.items() if value.strip()}
    for name, value in told.items():
        if len(value) > _LONGEST:
            raise InputError(
                f"a field of personal data is longer than {_LONGEST} characters",
                where=name,
                fix="leave out what is not needed",
            )
    return told


def _masked(fields: Mapping[str, str]) -> dict[str, str]:
    masks = {"name": _masked_name, "telephone": _masked_telephone}
    return {name: masks.get(name, _hidden)(value) for name, value in fields.items()}


def _masked_name(value: str) -> str:
    # Always two stars: how long a name is says much about whose it is.
    return value[:1] + "**"


def _masked_telephone(value: str) -> str:
    digits = _digits(value)
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 11 else f"****{digits[-2:]}"


def _digits(value: str) -> str:
    return "".join(one for one in value if one in "0123456789")


def _hidden(value: str) -> str:
    return "***"
