"""The rows that the log holds digests of, as they are now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Text, cast, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from gisgrid.store.tables import (
    account,
    account_role,
    api_key,
    audit_event,
    case_event,
    one_time_link,
    patrol_plan,
    revision,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select, Table

__all__ = ["CHAINED", "Chained", "changed"]


@dataclass(frozen=True)
class Chained:
    """A table whose every change is put in the log by a trigger.

    Attributes
    ----------
    table : Table
    key : str
        The column by which the log names a row.
    left_out : tuple of str
        Columns that the digest does not cover: secrets, and what changes all the time.
    """

    table: Table
    key: str = "id"
    left_out: tuple[str, ...] = ()


CHAINED: Final = (
    Chained(revision, "number"),
    Chained(patrol_plan),
    Chained(case_event),
    Chained(account, left_out=("password_hash",)),
    Chained(account_role),
    Chained(api_key, left_out=("secret_sha256",)),
    Chained(one_time_link, left_out=("token_sha256",)),
)


def changed(connection: Connection) -> Iterator[tuple[int, str, str]]:
    """For each table the first row that is not what the log says: position, kind, subject."""
    for one in CHAINED:
        for kind, query in (
            ("referenced-changed", _other(one)),
            ("referenced-missing", _missing(one)),
        ):
            found = connection.execute(query).one_or_none()
            if found is not None:
                position, subject = found
                yield position or 0, kind if position else "unknown-row", subject


def _other(one: Chained) -> Select[Any]:
    """The first row of a table whose digest is not the last that was noted of it."""
    row = one.table.alias("row")
    subject = literal(f"{one.table.name}:") + cast(row.c[one.key], Text)
    noted = audit_event.c
    last = (
        select(noted.position, noted.digest)
        .where(noted.subject == subject, noted.action.in_(_actions(one, "insert", "update")))
        .order_by(noted.position.desc())
        .limit(1)
        .lateral("last")
    )
    left_out = cast(literal(list(one.left_out), ARRAY(Text)), ARRAY(Text))
    digest = func.gisgrid.digest_of(row.table_valued(), left_out)
    return (
        select(last.c.position, subject)
        .select_from(row.outerjoin(last, true()))
        .where(last.c.digest.is_distinct_from(digest))
        .order_by(last.c.position.nulls_first(), row.c[one.key])
        .limit(1)
    )


def _missing(one: Chained) -> Select[Any]:
    """The first note of a row that is gone, though nobody noted that it was deleted."""
    noted, gone = audit_event.alias("noted"), audit_event.alias("gone")
    there = select(literal(f"{one.table.name}:") + cast(one.table.c[one.key], Text))
    deleted = select(gone.c.subject).where(gone.c.action.in_(_actions(one, "delete")))
    return (
        select(noted.c.position, noted.c.subject)
        .where(
            noted.c.action.in_(_actions(one, "insert")),
            noted.c.subject.not_in(there),
            noted.c.subject.not_in(deleted),
        )
        .order_by(noted.c.position)
        .limit(1)
    )


def _actions(one: Chained, *done: str) -> list[str]:
    return [f"{one.table.name}.{act}" for act in done]
