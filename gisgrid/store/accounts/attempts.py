"""Failed logins in a row: each waits longer than the one before, and nobody is locked out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import Float, Integer, case, cast, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from gisgrid.errors import TooManyRequests
from gisgrid.store.tables import login_attempt

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["Subjects", "count", "forget"]

_FORGOTTEN: Final = timedelta(hours=1)
_SWEPT: Final = timedelta(days=1)


@dataclass(frozen=True)
class _Rule:
    """From how many failures on to wait, and how long at most (seconds)."""

    free: int
    longest: int


# Whoever guesses somebody's password from elsewhere must not keep them out for long.
_BOTH: Final = _Rule(5, 300)
_NAME: Final = _Rule(30, 60)
_ADDRESS: Final = _Rule(30, 300)


@dataclass(frozen=True)
class Subjects:
    """Whose attempts are counted: a name, which may be nobody's, and an address."""

    name: str
    address: str

    @property
    def rules(self) -> tuple[tuple[bytes, _Rule], ...]:
        """The digest of each subject and its rule."""
        return (
            (_digest("both", self.name, self.address), _BOTH),
            (_digest("name", self.name), _NAME),
            (_digest("address", self.address), _ADDRESS),
        )


def count(connection: Connection, subjects: Subjects) -> None:
    """Count an attempt as failed before it is made, so that many at once are counted too.

    Raises
    ------
    TooManyRequests
        The one before was too short a time ago; the caller's transaction must be rolled back.
    """
    now = func.clock_timestamp()
    for digest, rule in subjects.rules:
        kept = login_attempt.c
        old = kept.last_at < now - _FORGOTTEN
        beyond = func.least(func.greatest(kept.failures - rule.free, -1), 20)
        wait = case(
            (beyond < 0, literal(0.0)),
            else_=func.least(func.power(2.0, cast(beyond, Float)), float(rule.longest)),
        )
        free_at = kept.last_at + wait * literal(timedelta(seconds=1))
        query = (
            insert(login_attempt)
            .values(subject_sha256=digest, failures=1, last_at=now)
            .on_conflict_do_update(
                index_elements=[kept.subject_sha256],
                set_={
                    "failures": case((old, 1), else_=cast(kept.failures + 1, Integer)),
                    "last_at": now,
                },
                where=old | (free_at <= now),
            )
            .returning(kept.failures)
        )
        if connection.scalar(query) is None:
            left = select(func.extract("epoch", free_at - now))
            seconds = connection.scalar(left.where(kept.subject_sha256 == digest))
            raise TooManyRequests(
                "too many failed logins",
                fix=f"wait some minutes, at most {rule.longest} seconds",
                retry_after=float(seconds or 0.0),
            )


def forget(connection: Connection, subjects: Subjects) -> None:
    """Forget the failures of a name after it succeeded; those of the address stay."""
    (both, _), (name, _), _ = subjects.rules
    old = login_attempt.c.last_at < func.clock_timestamp() - _SWEPT
    connection.execute(
        delete(login_attempt).where(login_attempt.c.subject_sha256.in_([both, name]) | old)
    )


def _digest(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()
