"""What is known of people: names and telephone numbers, kept apart so that they can be erased.

All other tables hold the id alone, and so does the audit log: erasing breaks no chain.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from sqlalchemy import and_, bindparam, func, insert, select, true, update

from gisgrid.access import Actor
from gisgrid.errors import InputError, NotFound
from gisgrid.store.audit import note, said_of_personal
from gisgrid.store.scope import sight_of
from gisgrid.store.tables import personal

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

__all__ = [
    "KINDS",
    "amend",
    "correct",
    "erase",
    "expire",
    "find",
    "keep",
    "keep_all",
    "look",
    "masked",
    "told",
]

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
    return keep_all(connection, kind, [fields], until=until)[0]


def keep_all(
    connection: Connection,
    kind: str,
    everybody: Sequence[Mapping[str, str]],
    *,
    until: datetime | None = None,
) -> list[UUID]:
    """Keep what is known of several people, as `keep` does of one; their references, in order.

    Raises
    ------
    InputError
        As `keep`; nothing is kept then.
    """
    if kind not in KINDS:
        raise InputError(
            "this is no kind of personal data", where=repr(kind), fix=f"give one of {list(KINDS)}"
        )
    kept = KINDS[kind]
    keep_until = until or (datetime.now(UTC) + kept if kept else None)
    refs = [uuid4() for _ in everybody]
    rows = [
        {"id": ref, "kind": kind, "fields": told(fields), "keep_until": keep_until}
        for ref, fields in zip(refs, everybody, strict=True)
    ]
    if rows:
        connection.execute(insert(personal), rows)
    return refs


def told(fields: Mapping[str, str]) -> dict[str, str]:
    """What is kept of some fields: without blanks around them, and without those that are blank.

    Raises
    ------
    InputError
        A field is longer than 200 characters.
    """
    kept = {name: value.strip() for name, value in fields.items() if value.strip()}
    for name, value in kept.items():
        if len(value) > _LONGEST:
            raise InputError(
                f"a field of personal data is longer than {_LONGEST} characters",
                where=name,
                fix="leave out what is not needed",
            )
    return kept


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
        raise _nothing_kept(ref)
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


def amend(
    connection: Connection, everybody: Mapping[UUID, Mapping[str, str]], *, actor: Actor
) -> set[UUID]:
    """Put other fields in the place of those that are kept, as `correct`, where they differ.

    The log is of changes: what is told again makes none.

    Parameters
    ----------
    connection : Connection
    everybody : mapping of UUID to (mapping of str to str)
        By reference, all that is to be kept of somebody.

    Returns
    -------
    set of UUID
        The references of those of whom something else was kept.

    Raises
    ------
    InputError
        A field is longer than 200 characters.
    NotFound
        There is no such reference, or it was erased.
    """
    query = select(personal.c.id, personal.c.fields).where(
        personal.c.id.in_(list(everybody)), personal.c.erased_at.is_(None), _shown(connection)
    )
    kept = {row.id: row.fields for row in connection.execute(query.with_for_update())}
    for ref in everybody:
        if ref not in kept:
            raise _nothing_kept(ref)
    new = {ref: told(fields) for ref, fields in everybody.items()}
    changed = [ref for ref in everybody if new[ref] != kept[ref]]
    if not changed:
        return set()
    rows = [{"ref": ref, "new": new[ref]} for ref in changed]
    own = update(personal).where(personal.c.id == bindparam("ref"))
    new_fields = own.values(fields=bindparam("new", type_=personal.c.fields.type))
    with said_of_personal(connection, actor, "correct"):
        connection.execute(new_fields, rows)
    return set(changed)


def correct(connection: Connection, ref: UUID, fields: Mapping[str, str], *, actor: Actor) -> None:
    """Put other fields in the place of those that are kept, as a person may ask for.

    Raises
    ------
    InputError
        A field is longer than 200 characters.
    NotFound
        There is no such reference, or it was erased.
    """
    _change(connection, ref, actor, "correct", fields=told(fields))


def erase(connection: Connection, ref: UUID, *, actor: Actor) -> None:
    """Forget what is known of somebody; the reference stays, and leads to nothing.

    Raises
    ------
    NotFound
        There is no such reference, or it was erased before.
    """
    _change(connection, ref, actor, "erase", fields=None, erased_at=func.clock_timestamp())


def expire(connection: Connection, now: datetime, *, actor: Actor = _SYSTEM) -> int:
    """Erase all that was to be kept until a moment at most; how many there were."""
    due = (
        update(personal)
        .where(personal.c.erased_at.is_(None), personal.c.keep_until <= now)
        .values(fields=None, erased_at=func.clock_timestamp())
    )
    with said_of_personal(connection, actor, "expire"):
        return int(connection.execute(due).rowcount)


def _change(connection: Connection, ref: UUID, actor: Actor, act: str, **values: Any) -> None:
    one = and_(personal.c.id == ref, personal.c.erased_at.is_(None), _shown(connection))
    with said_of_personal(connection, actor, act):
        changed = connection.execute(update(personal).where(one).values(**values)).rowcount
    if changed == 0:
        raise _nothing_kept(ref)


def _nothing_kept(ref: UUID) -> NotFound:
    return NotFound("nothing is kept under this reference", where=f"personal:{ref}")


def _shown(connection: Connection) -> ColumnElement[bool]:
    return true() if sight_of(connection).confidential else personal.c.kind != "sender"


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
