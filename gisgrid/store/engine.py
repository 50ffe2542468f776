"""Engines: made at start-up by each face, never at import."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from gisgrid.errors import InputError
from gisgrid.settings import DEMO_DATABASE
from gisgrid.store.failures import explained
from gisgrid.store.schema import ensure_ready
from gisgrid.store.server import PrivateServer
from gisgrid.store.web_role import serving_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from gisgrid.settings import Settings

__all__ = ["connect", "find_database", "make_engine", "normalise_url", "serve_from", "snapshot"]

_USER_DATABASE = "gisgrid"


def normalise_url(text: str) -> URL:
    """A database URL as SQLAlchemy needs it for psycopg2.

    Raises
    ------
    InputError
        The text is no PostgreSQL URL; the message never repeats it, for it may hold a password.
    """
    try:
        url = make_url(text)
    except ArgumentError:
        url = None
    if url is None or url.get_backend_name() not in ("postgresql", "postgres"):
        raise InputError(
            "the database URL is not a PostgreSQL URL",
            fix="give one such as postgresql://user@host:5432/name",
        )
    # SQLAlchemy 2.1 reads a bare postgresql:// as psycopg 3.
    return url.set(drivername="postgresql+psycopg2")


def make_engine(url: URL | str, *, pool_size: int = 5) -> Engine:
    """An engine for a URL, without touching the database."""
    address = normalise_url(url) if isinstance(url, str) else url
    return create_engine(
        address,
        pool_size=pool_size,
        max_overflow=0,
        pool_pre_ping=True,
        # Parameters hold names and places of people; an error message is no place for them.
        hide_parameters=True,
        connect_args={"application_name": "gisgrid", "connect_timeout": 10},
    )


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A read-only connection that sees one state of the record, whatever is published meanwhile."""
    one = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with one.connect() as connection:
        yield connection


def find_database(settings: Settings, database: str | None = None) -> URL:
    """The URL of the database that was asked for; one of the private server's is made and started.

    Parameters
    ----------
    settings : Settings
        Where the private server lives, and the URL used when ``database`` is not given.
    database : str, optional
        A URL; or ``demo``, the sample district's own database on the private server.

    Raises
    ------
    DatabaseError
        The private server does not start.
    InputError
        The URL is no PostgreSQL URL.
    """
    wanted = database or settings.database_url
    if wanted is None or wanted == DEMO_DATABASE:
        server = PrivateServer(settings.home)
        server.up()
        name = wanted or _USER_DATABASE
        server.ensure_database(name)
        wanted = server.url(name)
    return normalise_url(wanted)


def connect(settings: Settings, database: str | None = None, *, pool_size: int = 5) -> Engine:
    """An engine on the database that was asked for, set up and checked.

    Parameters
    ----------
    settings : Settings
        Where the private server lives, and the URL used when ``database`` is not given.
    database : str, optional
        A URL; or ``demo``, the sample district's own database on the private server.
        Without it and without a URL in the settings, the private server is started.
    pool_size : int
        Connections that the engine may hold at once.

    Raises
    ------
    DatabaseError
        It cannot be reached, is too old, or its schema is not the code's.
    """
    engine = make_engine(find_database(settings, database), pool_size=pool_size)
    try:
        ensure_ready(engine)
    except SQLAlchemyError as error:
        engine.dispose()
        raise explained(error, engine.url.render_as_string(hide_password=True)) from None
    return engine


def serve_from(owner: Engine, *, pool_size: int) -> Engine:
    """An engine for the web service: as a role that owns nothing, where there is one.

    Parameters
    ----------
    owner : Engine
        On a database that is set up, as the owner of its tables.
    """
    return make_engine(serving_url(owner) or owner.url, pool_size=pool_size)
