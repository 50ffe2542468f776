"""From a name and a password to an account, and to a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from gisgrid.errors import Unauthenticated
from gisgrid.store.accounts import attempts
from gisgrid.store.accounts.passwords import matches
from gisgrid.store.accounts.records import folded
from gisgrid.store.accounts.sessions import NewSession, begin_session
from gisgrid.store.tables import account

if TYPE_CHECKING:
    from sqlalchemy import Engine

__all__ = ["authenticate", "sign_in"]


def authenticate(engine: Engine, name: str, password: str, address: str) -> int:
    """The id of the account that has this name and password.

    The password is checked while no connection is held, for as long where there is no such
    account, and with the same words.

    Parameters
    ----------
    engine : Engine
    name, password : str
    address : str
        Where it comes from; attempts are counted by it too.

    Raises
    ------
    TooManyRequests
        Too many failed before.
    Unauthenticated
        There is no such account, it is disabled, or this is not its password.
    """
    subjects = attempts.Subjects(folded(name), address)
    with engine.begin() as connection:
        attempts.count(connection, subjects)
        query = select(account.c.id, account.c.password_hash).where(
            account.c.name == subjects.name, account.c.disabled_at.is_(None)
        )
        row = connection.execute(query).one_or_none()
    if not matches(password, row.password_hash if row else None) or row is None:
        raise Unauthenticated("this is no name and password of an account", fix="try again")
    with engine.begin() as connection:
        attempts.forget(connection, subjects)
    return int(row.id)


def sign_in(engine: Engine, name: str, password: str, address: str, *, hours: float) -> NewSession:
    """Begin a session, of so many hours at most, as `authenticate` lets in."""
    account_id = authenticate(engine, name, password, address)
    with engine.begin() as connection:
        return begin_session(connection, account_id, hours=hours)
