"""Links by which a password is set, once; the first of all makes the administrator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, insert, select, update

from gisgrid.access import Actor
from gisgrid.errors import Conflict, NotFound
from gisgrid.store.accounts import records, roles
from gisgrid.store.accounts.secrets import digest, new_secret
from gisgrid.store.audit import act_as
from gisgrid.store.tables import one_time_link

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Update

__all__ = ["Link", "link_of", "make_first_link", "make_link", "use_link"]

_LASTS: Final = timedelta(minutes=15)
_SYSTEM: Final = Actor("system")
# Two servers that start at once, or two links that are used at once, make one administrator.
_FIRST_LOCK: Final = 7_461_218


@dataclass(frozen=True)
class Link:
    """A link that can be used.

    Attributes
    ----------
    account_id : int or None
        Whose password it sets; None for the first administrator, who has no account yet.
    """

    id: int
    account_id: int | None


def make_first_link(connection: Connection) -> str | None:
    """The token of a link that makes the administrator; None where there is one.

    Links of before are void.
    """
    _take_turn(connection)
    if roles.has_admin(connection):
        return None
    return _make(connection, None)


def make_link(connection: Connection, account_id: int, *, actor: Actor) -> str:
    """The token of a link by which somebody sets the password of an account.

    Links of before are void.

    Raises
    ------
    Conflict
        The account is disabled.
    NotFound
        There is no such account.
    """
    if records.by_id(connection, account_id).disabled_at is not None:
        raise Conflict("the account is disabled", where=str(account_id))
    act_as(connection, actor)
    return _make(connection, account_id)


def link_of(connection: Connection, token: str, *, lock: bool = False) -> Link:
    """The link of a token.

    Raises
    ------
    NotFound
        There is none, or it has been used, replaced, or is too old.
    """
    query = select(one_time_link.c.id, one_time_link.c.account_id).where(
        one_time_link.c.token_sha256 == digest(token),
        one_time_link.c.used_at.is_(None),
        one_time_link.c.expires_at > func.clock_timestamp(),
    )
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound("the link does not hold, or no longer", fix="ask for a new one")
    return Link(*row)


def use_link(connection: Connection, token: str, password: str, *, name: str = "") -> int:
    """Set a password by a link; the id of its account.

    Parameters
    ----------
    connection : Connection
    token : str
    password : str
    name : str
        Of the first administrator; other links know their account.

    Raises
    ------
    NotFound
        The link does not hold, or no longer.
    InputError
        The name is no name, or the password is not taken.
    Conflict
        There is an administrator, or an account of that name; the account is disabled.
    """
    link = link_of(connection, token, lock=True)
    account_id = link.account_id or _first_admin(connection, name)
    if records.by_id(connection, account_id).disabled_at is not None:
        raise Conflict("the account is disabled", where=str(account_id))
    actor = Actor(f"account:{account_id}")
    records.set_password(connection, account_id, password, actor=actor)
    connection.execute(_end(one_time_link.c.id == link.id))
    return account_id


def _first_admin(connection: Connection, name: str) -> int:
    _take_turn(connection)
    if roles.has_admin(connection):
        raise Conflict("there is an administrator", fix="who gives you an account")
    account_id = records.add(connection, name, actor=_SYSTEM)
    roles.give(connection, account_id, "admin", actor=_SYSTEM, whole=True)
    return account_id


def _take_turn(connection: Connection) -> None:
    """Wait for others who make the administrator, or a link for them, until they have done so."""
    connection.execute(select(func.pg_advisory_xact_lock(_FIRST_LOCK)))


def _make(connection: Connection, account_id: int | None) -> str:
    token = new_secret()
    same = one_time_link.c.account_id.is_not_distinct_from(account_id)
    connection.execute(_end(same, one_time_link.c.used_at.is_(None)))
    row = insert(one_time_link).values(
        token_sha256=digest(token),
        purpose="first-admin" if account_id is None else "set-password",
        account_id=account_id,
        expires_at=func.clock_timestamp() + _LASTS,
    )
    connection.execute(row)
    return token


def _end(*which: ColumnElement[bool]) -> Update:
    return update(one_time_link).where(*which).values(used_at=func.clock_timestamp())
