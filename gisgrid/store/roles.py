"""Statements that name database roles, and so take no parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg2 import extensions, sql
from sqlalchemy import text

from gisgrid.errors import DatabaseError

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["driver", "exists", "require_right", "run"]


def run(connection: Connection, statement: str, *parts: str | sql.Composable) -> None:
    """Run a statement that takes no parameters; texts are put in as identifiers, quoted."""
    quoted = [sql.Identifier(part) if isinstance(part, str) else part for part in parts]
    composed = sql.SQL(statement).format(*quoted)
    # To the driver a percent sign would begin a parameter.
    connection.exec_driver_sql(composed.as_string(driver(connection)).replace("%", "%%"))


def driver(connection: Connection) -> extensions.connection:
    """The driver's own connection."""
    found = connection.connection.driver_connection
    assert isinstance(found, extensions.connection)
    return found


def exists(connection: Connection, role: str) -> bool:
    """Whether the server has a role."""
    query = text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :role)")
    return bool(connection.scalar(query, {"role": role}))


def require_right(connection: Connection) -> None:
    """Refuse where the role that gisgrid uses may make no roles.

    Raises
    ------
    DatabaseError
        It may not.
    """
    query = text(
        "SELECT rolsuper OR rolcreaterole, rolname FROM pg_roles WHERE rolname = current_user"
    )
    may, role = connection.execute(query).one()
    if not may:
        raise DatabaseError(
            f"the role {role} may not make or drop roles",
            where=connection.engine.url.render_as_string(hide_password=True),
            fix=f"let a superuser run: ALTER ROLE {role} CREATEROLE",
        )
