"""Accounts: one row each, never deleted."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gisgrid.errors import Conflict, InputError, NotFound
from gisgrid.store.accounts.passwords import hashed, require_good
from gisgrid.store.accounts.sessions import end_sessions
from gisgrid.store.audit import act_as
from gisgrid.store.tables import account, api_key

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Select

    from gisgrid.access import Actor

__all__ = [
    "Account",
    "add",
    "by_id",
    "by_name",
    "disable",
    "enable",
    "folded",
    "listing",
    "set_password",
]

_NAME: Final = re.compile(r"\w[\w.@-]{1,63}")


@dataclass(frozen=True)
class Account:
    """Who may come in.

    Attributes
    ----------
    department : str
        Code of the department that it acts for; empty for none.
    has_password : bool
        Without one it comes in by keys alone.
    disabled_at : datetime or None
    """

    id: int
    name: str
    department: str
    has_password: bool
    made_at: datetime
    disabled_at: datetime | None


def add(
    connection: Connection,
    name: str,
    *,
    actor: Actor,
    department: str = "",
    person_id: int | None = None,
) -> int:
    """Make an account, without roles and without a password; its id.

    Raises
    ------
    InputError
        The name is not 2 to 64 letters, digits, ``.``, ``-``, ``_`` or ``@``.
    Conflict
        There is one of that name.
    """
    act_as(connection, actor)
    row = {"name": _plain(name), "department": department, "person_id": person_id}
    query = upsert(account).values(row).on_conflict_do_nothing().returning(account.c.id)
    made: int | None = connection.scalar(query)
    if made is None:
        raise Conflict("there is an account of that name", where=name, fix="choose another name")
    return made


def by_name(connection: Connection, name: str) -> Account:
    """The account of a name.

    Raises
    ------
    NotFound
        There is none.
    """
    return _one(connection, _accounts().where(account.c.name == folded(name)), name)


def by_id(connection: Connection, account_id: int) -> Account:
    """The account of an id.

    Raises
    ------
    NotFound
        There is none.
    """
    return _one(connection, _accounts().where(account.c.id == account_id), str(account_id))


def listing(connection: Connection) -> list[Account]:
    """All accounts by their names."""
    return [Account(*row) for row in connection.execute(_accounts().order_by(account.c.name))]


def disable(connection: Connection, account_id: int, *, actor: Actor) -> None:
    """Keep an account out: its sessions and keys end with it, its roles stay on record."""
    now = func.clock_timestamp()
    _change(connection, account_id, actor, disabled_at=func.coalesce(account.c.disabled_at, now))
    end_sessions(connection, account_id)
    keys = update(api_key).where(api_key.c.account_id == account_id, api_key.c.revoked_at.is_(None))
    connection.execute(keys.values(revoked_at=now))


def enable(connection: Connection, account_id: int, *, actor: Actor) -> None:
    """Let a disabled account in again; it needs new keys."""
    _change(connection, account_id, actor, disabled_at=None)


def set_password(
    connection: Connection,
    account_id: int,
    password: str,
    *,
    actor: Actor,
    keep_session: int | None = None,
) -> None:
    """Set the password of an account; its sessions end, save one.

    Raises
    ------
    InputError
        See `gisgrid.store.accounts.passwords.require_good`.
    NotFound
        There is no such account.
    """
    require_good(password, by_id(connection, account_id).name)
    _change(
        connection,
        account_id,
        actor,
        password_hash=hashed(password),
        password_at=func.clock_timestamp(),
    )
    end_sessions(connection, account_id, but=keep_session)


def _change(connection: Connection, account_id: int, actor: Actor, **values: Any) -> None:
    act_as(connection, actor)
    query = update(account).where(account.c.id == account_id).values(values)
    if not connection.execute(query).rowcount:
        raise NotFound("there is no such account", where=str(account_id))


def _accounts() -> Select[Any]:
    return select(
        account.c.id,
        account.c.name,
        account.c.department,
        account.c.password_hash.is_not(None),
        account.c.made_at,
        account.c.disabled_at,
    )


def _one(connection: Connection, query: Select[Any], where: str) -> Account:
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound("there is no such account", where=where, fix="see gisgrid account list")
    return Account(*row)


def folded(name: str) -> str:
    """A name as it is kept, however it was typed; empty for what no account is called."""
    plain = unicodedata.normalize("NFKC", name).strip().casefold()
    return plain if plain.isprintable() else ""


def _plain(name: str) -> str:
    plain = folded(name)
    if not _NAME.fullmatch(plain):
        raise InputError(
            "is no name of an account",
            where=repr(name[:80]),
            fix="take 2 to 64 letters, digits, dots, hyphens or @",
        )
    return plain
