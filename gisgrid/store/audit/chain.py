"""Proving that nothing in the log was changed, and that what it speaks of was not either."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from gisgrid.errors import InputError
from gisgrid.store.audit.referred import changed
from gisgrid.store.tables import audit_event

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

__all__ = ["Fault", "Head", "Verdict", "canonical", "check", "head", "head_from"]

_BEGINNING: Final = bytes(32)
_AT_ONCE: Final = 10_000


@dataclass(frozen=True)
class Head:
    """The end of the chain: whoever keeps it elsewhere can prove later what came before it.

    Attributes
    ----------
    position : int
        Of the last row; 0 in an empty log.
    hash : str
        In hexadecimal.
    at : datetime or None
        When the last row was noted.
    taken_at : datetime
        When the head was read.
    """

    position: int
    hash: str
    at: datetime | None
    taken_at: datetime


@dataclass(frozen=True)
class Fault:
    """Where the chain breaks first.

    Attributes
    ----------
    position : int
        0 where the log knows nothing of what it should.
    kind : str
        ``missing-row``, ``changed-row``, ``broken-link``, ``unsealed-row``, ``other-head``,
        ``referenced-changed``, ``referenced-missing`` or ``unknown-row``.
    what : str
    """

    position: int
    kind: str
    what: str


@dataclass(frozen=True)
class Verdict:
    """What a check found: how many rows hold together, and the first fault if any."""

    rows: int
    head: Head
    fault: Fault | None


def canonical(row: Row[Any]) -> bytes:
    """What the hash of a row covers after the hash before it, as docs/access.md describes it."""
    at = row.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    parts = (row.position, at, row.actor_ref, row.action, row.subject, row.digest)
    return "\n".join(map(str, parts)).encode()


def head(connection: Connection) -> Head:
    """The end of the chain as it is now."""
    order = audit_event.c.position
    query = select(order, audit_event.c.hash, audit_event.c.at).where(order.is_not(None))
    last = connection.execute(query.order_by(order.desc()).limit(1)).one_or_none()
    now = datetime.now(UTC)
    if last is None:
        return Head(0, _BEGINNING.hex(), None, now)
    return Head(last.position, last.hash.hex(), last.at, now)


def head_from(told: object) -> Head:
    """A head as ``gisgrid audit head --json`` printed it.

    Raises
    ------
    InputError
        It is none.
    """
    try:
        assert isinstance(told, dict)
        at = datetime.fromisoformat(told["at"]) if told["at"] else None
        taken = datetime.fromisoformat(told["taken_at"])
        return Head(int(told["position"]), bytes.fromhex(told["hash"]).hex(), at, taken)
    except (AssertionError, KeyError, TypeError, ValueError):
        raise InputError(
            "this is no head of the audit log", fix="give what gisgrid audit head --json printed"
        ) from None


def check(connection: Connection, *, known: Head | None = None) -> Verdict:
    """Compute the whole chain again, and compare the rows that it speaks of.

    Parameters
    ----------
    connection : Connection
        Over one snapshot, so that what is written meanwhile is no fault.
    known : Head, optional
        A head that was exported: it must lie in the chain. Without one nobody can tell that rows
        are missing at the end, or that all of it was written anew.
    """
    rows, fault = _follow(connection, known)
    fault = fault or min(_referred(connection), key=lambda one: one.position, default=None)
    return Verdict(rows, head(connection), fault)


def _follow(connection: Connection, known: Head | None) -> tuple[int, Fault | None]:
    count, last = 0, _BEGINNING
    for row in _rows(connection):
        fault = _fault_of(row, count + 1, last)
        if fault is None and known and known.position == row.position:
            fault = _other_head(known) if row.hash.hex() != known.hash else None
        if fault is not None:
            return count, fault
        count, last = count + 1, row.hash
    if known and known.position > count:
        what = f"the log ends at {count}, before the known head at {known.position}"
        return count, Fault(count + 1, "missing-row", what)
    return count, None


def _rows(connection: Connection) -> Iterator[Row[Any]]:
    query = select(audit_event).order_by(audit_event.c.position.nulls_last(), audit_event.c.id)
    yield from connection.execute(query, execution_options={"yield_per": _AT_ONCE})


def _fault_of(row: Row[Any], place: int, last: bytes) -> Fault | None:
    if row.position is None:
        return Fault(place, "unsealed-row", f"the row with id {row.id} was never sealed")
    if row.position != place:
        return Fault(place, "missing-row", f"no row has position {place}")
    if hashlib.sha256(bytes(row.previous or b"") + canonical(row)).digest() != row.hash:
        return Fault(place, "changed-row", f"the row at {place} is not what was sealed")
    if row.previous != last:
        return Fault(
            place, "broken-link", f"the row at {place} follows another row than {place - 1}"
        )
    return None


def _referred(connection: Connection) -> Iterator[Fault]:
    said = {
        "referenced-changed": "is not what it was when it was noted",
        "referenced-missing": "is gone",
        "unknown-row": "is there, and the log knows nothing of it",
    }
    for position, kind, subject in changed(connection):
        yield Fault(position, kind, f"{subject} {said[kind]}")


def _other_head(known: Head) -> Fault:
    what = f"the chain has another hash at {known.position} than the known head"
    return Fault(known.position, "other-head", what)
