"""The same report sent again: it is taken once, and answered alike, for a day.

Whoever reports sends a key of their own making along. Neither the key nor the code by which they
follow their report is kept: of the key there is a digest, and the code is made of the key and of
random bits that are kept. So the code can be said again to whoever has the key, to nobody who has
only the database, and nobody who has only the key can tell it beforehand.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from gisgrid.cases.codes import mixed_code
from gisgrid.errors import Busy, InputError
from gisgrid.store.tables import case_file, report_key

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisgrid.store.cases.records import Case

__all__ = ["KEPT", "Claim", "Told", "claim", "expire", "settle"]

KEPT: Final = timedelta(hours=24)
_SALT_BYTES: Final = 32
_TRIES: Final = 5


@dataclass(frozen=True)
class Told:
    """What was answered to a report.

    Attributes
    ----------
    number : str
    due_at : datetime or None
        By when it was to be accepted.
    """

    number: str
    due_at: datetime | None


@dataclass(frozen=True)
class Claim:
    """A key and what it stands for.

    Attributes
    ----------
    digest : bytes
        Of the key.
    code : str
        By which the reporter follows the case, now or from before.
    told : Told or None
        None where the report is new, and is to be made and settled in the same transaction.
    """

    digest: bytes = field(repr=False)
    code: str = field(repr=False)
    told: Told | None


def claim(connection: Connection, key: str, body: str) -> Claim:
    """Take a key for a report; of two who send the same at once the second waits for the first.

    Parameters
    ----------
    connection : Connection
        Of a transaction: without a commit the key stays free.
    key : str
        ASCII.
    body : str
        The report as it was sent.

    Raises
    ------
    InputError
        The key was used for another report.
    Busy
        Others take the key and it is forgotten, time after time.
    """
    own = report_key.c
    digest = sha256(key.encode()).digest()
    # Under the key: a plain digest of a report would let its few unknown digits be guessed.
    said = hmac.digest(key.encode(), body.encode("utf-8", "surrogatepass"), "sha256")
    salt = secrets.token_bytes(_SALT_BYTES)
    new = insert(report_key).values(key_sha256=digest, body_hmac=said, salt=salt)
    taken = new.on_conflict_do_nothing(index_elements=[own.key_sha256]).returning(own.key_sha256)
    query = (
        select(own.body_hmac, own.salt, own.due_at, case_file.c.number)
        .join(case_file, case_file.c.id == own.case_id)
        .where(own.key_sha256 == digest)
    )
    for _ in range(_TRIES):
        if connection.scalar(taken) is not None:
            return Claim(digest, mixed_code(salt, key), None)
        # None where the key was forgotten since it was in the way: it is free then.
        row = connection.execute(query).one_or_none()
        if row is not None:
            break
    else:
        raise Busy("this key is in use", where="Idempotency-Key", fix="send the same again")
    if not hmac.compare_digest(row.body_hmac, said):
        raise InputError(
            "this key was used for another report",
            where="Idempotency-Key",
            fix="make a new key for each report",
        )
    return Claim(digest, mixed_code(row.salt, key), Told(row.number, row.due_at))


def settle(connection: Connection, claimed: Claim, case: Case) -> None:
    """Say which case came of a key."""
    own = update(report_key).where(report_key.c.key_sha256 == claimed.digest)
    connection.execute(own.values(case_id=case.id, due_at=case.due_at))


def expire(connection: Connection, now: datetime) -> int:
    """Forget the keys that are older than `KEPT`; how many there were."""
    old = delete(report_key).where(report_key.c.made_at <= now - KEPT)
    return connection.execute(old).rowcount
