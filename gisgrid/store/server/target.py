"""A database as PostgreSQL's own client programs are told of it: never with its password."""

from __future__ import annotations

import os
from dataclasses import dataclass

import psycopg2
from psycopg2 import extensions
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from gisgrid.errors import DatabaseError

__all__ = ["Target", "connect"]


@dataclass(frozen=True)
class Target:
    """How to reach one database.

    ``dsn`` is a libpq connection string without password, fit for a command line that other
    accounts can read; ``env`` is the environment that carries the password; ``major`` is the
    server's major version; ``name`` names the database in messages.
    """

    dsn: str
    env: dict[str, str]
    major: int
    name: str


def connect(url: str | URL) -> tuple[Target, extensions.connection]:
    """Connect to a database, once, to learn its version and that it answers.

    Raises
    ------
    DatabaseError
        If the URL is none or the database does not answer; the message holds no password.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DatabaseError(
            "this is not a database URL", fix="give postgresql://USER@HOST/NAME"
        ) from error
    parameters: dict[str, str] = {
        key: value if isinstance(value, str) else ",".join(value)
        for key, value in parsed.query.items()
    }
    named = {
        "host": parsed.host,
        "port": str(parsed.port) if parsed.port else None,
        "user": parsed.username,
        "dbname": parsed.database,
        "password": parsed.password,
    }
    parameters |= {key: value for key, value in named.items() if value}
    password = parameters.pop("password", None)
    dsn = extensions.make_dsn(**parameters)
    name = parsed.database or dsn
    try:
        connection = psycopg2.connect(
            extensions.make_dsn(dsn, password=password) if password else dsn
        )
    except psycopg2.Error as error:
        reason = (str(error).strip().splitlines() or ["no reason given"])[0]
        raise DatabaseError(f"the database does not answer: {reason}", where=name) from error
    env = dict(os.environ) | ({"PGPASSWORD": password} if password else {})
    return Target(dsn, env, connection.server_version // 10000, name), connection
