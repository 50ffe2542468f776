"""API keys: ``gg_<prefix>_<secret>``, said once; of the secret only its digest is kept."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, insert, select, update

from gisgrid.access import Right
from gisgrid.errors import Conflict, InputError, NotFound
from gisgrid.store.accounts.records import by_id
from gisgrid.store.accounts.secrets import digest, new_secret
from gisgrid.store.audit import act_as
from gisgrid.store.tables import account, api_key

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Connection

    from gisgrid.access import Actor

__all__ = ["Key", "NewKey", "keys_of", "make_key", "parts", "revoke_key"]

_TOKEN: Final = re.compile(r"gg_([0-9a-f]{12})_([\w-]{43})", re.ASCII)
_LARGEST: Final = 1_000_000


@dataclass(frozen=True)
class NewKey:
    """A key that was made; its token cannot be had again."""

    id: int
    prefix: str
    token: str


@dataclass(frozen=True)
class Key:
    """What is on record of a key.

    Attributes
    ----------
    prefix : str
        By which people tell keys apart; no secret.
    rights : tuple of str
        What it may be used for, where its account may.
    per_second : int
        Requests that one worker answers in a second; 0 for no limit of its own.
    """

    id: int
    account_id: int
    prefix: str
    label: str
    rights: tuple[str, ...]
    per_second: int
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


def make_key(
    connection: Connection,
    account_id: int,
    *,
    rights: Collection[Right],
    expires_at: datetime,
    actor: Actor,
    label: str = "",
    per_second: int = 0,
    newest: int | None = None,
) -> NewKey:
    """Make a key of an account.

    Parameters
    ----------
    newest : int, optional
        Id of the newest key that whoever asks knew of, 0 for none: asking twice makes one.

    Raises
    ------
    InputError
        It would have no right, has expired already, or the limit is no count.
    Conflict
        The account is disabled, or has a newer key than whoever asks knew of.
    NotFound
        There is no such account.
    """
    if by_id(connection, account_id).disabled_at is not None:
        raise Conflict("the account is disabled", where=str(account_id))
    if not rights:
        raise InputError("a key without rights is of no use", fix="name one at least")
    if not 0 <= per_second <= _LARGEST:
        raise InputError("is no number of requests a second", where=str(per_second))
    if connection.scalar(select(expires_at <= func.clock_timestamp())):
        raise InputError("the key would have expired", fix="give a later date")
    if newest is not None:
        _require_newest(connection, account_id, newest)
    act_as(connection, actor)
    prefix, secret = secrets.token_hex(6), new_secret()
    row = insert(api_key).values(
        account_id=account_id,
        prefix=prefix,
        secret_sha256=digest(secret),
        label=label,
        rights=sorted(rights),
        per_second=per_second,
        expires_at=expires_at,
    )
    made = connection.execute(row.returning(api_key.c.id)).scalar_one()
    return NewKey(made, prefix, f"gg_{prefix}_{secret}")


def _require_newest(connection: Connection, account_id: int, newest: int) -> None:
    # Held, so that of two who ask at once one sees the key of the other.
    connection.execute(select(account.c.id).where(account.c.id == account_id).with_for_update())
    query = select(func.max(api_key.c.id)).where(api_key.c.account_id == account_id)
    if (connection.scalar(query) or 0) != newest:
        raise Conflict("a key has been made since the page was shown", fix="load /account again")


def revoke_key(
    connection: Connection, key_id: int, *, actor: Actor, account_id: int | None = None
) -> None:
    """End a key for good; one of a certain account, if that is given.

    Raises
    ------
    NotFound
        There is no such key, or it has been revoked.
    """
    act_as(connection, actor)
    query = update(api_key).where(api_key.c.id == key_id, api_key.c.revoked_at.is_(None))
    if account_id is not None:
        query = query.where(api_key.c.account_id == account_id)
    if not connection.execute(query.values(revoked_at=func.clock_timestamp())).rowcount:
        raise NotFound("there is no such key", where=f"key {key_id}")


def keys_of(connection: Connection, account_id: int | None = None) -> list[Key]:
    """Keys of an account, or all, the oldest first; those that ended too."""
    columns = [api_key.c[name] for name in Key.__annotations__]
    query = select(*columns).order_by(api_key.c.id)
    if account_id is not None:
        query = query.where(api_key.c.account_id == account_id)
    found = connection.execute(query).mappings()
    return [Key(**{**row, "rights": tuple(row["rights"])}) for row in found]


def parts(token: str) -> tuple[str, str] | None:
    """Prefix and secret of a token; None for what is none."""
    found = _TOKEN.fullmatch(token)
    return (found[1], found[2]) if found else None
