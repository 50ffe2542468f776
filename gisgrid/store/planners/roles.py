"""Database roles of planners. Roles are the server's own: all its databases have them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from psycopg2 import extensions, sql
from sqlalchemy import text

from gisgrid.errors import Conflict, DatabaseError, InputError, NotFound
from gisgrid.store.roles import driver, exists, require_right, run

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["drop_role", "known_planners", "let_in", "make_role", "require_role", "role_of"]

_GROUP: Final = "gisgrid_planner"
_PREFIX: Final = f"{_GROUP}_"
# The triggers of the layers cut the same prefix off a role, so that the log has the name.
_NAME: Final = r"[a-z][a-z0-9_.-]{0,39}"

# QGIS opens several connections for one project.
_CONNECTIONS: Final = 20
_LIMITS: Final = {
    "statement_timeout": "2min",
    "lock_timeout": "15s",
    # An open edit keeps the plan from everybody else.
    "idle_in_transaction_session_timeout": "10min",
}


def role_of(name: str) -> str:
    """The database role of a planner.

    Raises
    ------
    InputError
        The name cannot be a planner's.
    """
    if not re.fullmatch(_NAME, name):
        raise InputError(
            "this cannot be a planner's name",
            where=repr(name),
            fix="use 1 to 40 of a-z, 0-9, _ . and -, a letter first",
        )
    return _PREFIX + name


def known_planners(connection: Connection) -> list[str]:
    """The names of the planners that the server knows."""
    query = text(
        "SELECT DISTINCT member.rolname FROM pg_auth_members AS m "
        "JOIN pg_roles AS grp ON grp.oid = m.roleid "
        "JOIN pg_roles AS member ON member.oid = m.member "
        "WHERE grp.rolname = :grp AND starts_with(member.rolname, :prefix) ORDER BY 1"
    )
    found = connection.scalars(query, {"grp": _GROUP, "prefix": _PREFIX})
    return [role.removeprefix(_PREFIX) for role in found]


def require_role(connection: Connection, name: str) -> str:
    """The role of a planner whom the server knows.

    Raises
    ------
    NotFound
        There is no such planner.
    """
    role = role_of(name)
    if name not in known_planners(connection):
        raise NotFound(
            "the server knows no such planner",
            where=f"planner {name}",
            fix=f"gisgrid db planner add {name}",
        )
    return role


def make_role(connection: Connection, name: str, password: str) -> bool:
    """Make a planner's role, or give the one that is there another password; whether it is new.

    It may log in and nothing else: what it may see and write is granted layer by layer.

    Raises
    ------
    DatabaseError
        The role that gisgrid uses may make no roles, or every role may make tables.
    InputError
        The name cannot be a planner's.
    """
    role = role_of(name)
    require_right(connection)
    if not exists(connection, _GROUP):
        run(connection, "CREATE ROLE {} NOLOGIN NOINHERIT", _GROUP)
    new = not exists(connection, role)
    if new:
        run(connection, "CREATE ROLE {} LOGIN", role)
    # Nobody reads it on its way: it is hashed before it is sent.
    hashed = extensions.encrypt_password(password, role, driver(connection), "scram-sha-256")
    run(
        connection,
        "ALTER ROLE {} LOGIN INHERIT NOCREATEDB NOCREATEROLE CONNECTION LIMIT {} PASSWORD {}",
        role,
        sql.Literal(_CONNECTIONS),
        sql.Literal(hashed),
    )
    for setting, value in _LIMITS.items():
        run(connection, "ALTER ROLE {} SET {} = {}", role, setting, sql.Literal(value))
    run(connection, "GRANT {} TO {}", _GROUP, role)
    _require_closed(connection, role)
    return new


def let_in(connection: Connection, schema: str, role: str) -> None:
    """Let all planners find what is in a schema of this database; roles are of all databases.

    Raises
    ------
    DatabaseError
        Every role may make tables here.
    """
    _require_closed(connection, role)
    query = text("SELECT has_schema_privilege(:role, :schema, 'USAGE')")
    # Rarely, for two who grant at once stand in each other's way.
    if not connection.scalar(query, {"role": role, "schema": schema}):
        run(connection, "GRANT USAGE ON SCHEMA {} TO {}", schema, _GROUP)


def drop_role(connection: Connection, name: str) -> None:
    """Drop a planner's role with whatever it has in this database, as a large object.

    Raises
    ------
    Conflict
        Another database shares plans with it.
    DatabaseError
        The role that gisgrid uses may drop no roles.
    """
    role = require_role(connection, name)
    require_right(connection)
    query = text(
        "SELECT coalesce(d.datname, 'all') FROM pg_shdepend AS s "
        "JOIN pg_roles AS r ON r.oid = s.refobjid AND s.refclassid = 'pg_authid'::regclass "
        "LEFT JOIN pg_database AS d ON d.oid = s.dbid WHERE r.rolname = :role LIMIT 1"
    )
    # Nobody drops what others own, but members of a role may.
    run(connection, "GRANT {} TO CURRENT_USER", role)
    run(connection, "DROP OWNED BY {}", role)
    elsewhere = connection.scalar(query, {"role": role})
    if elsewhere is not None:
        raise Conflict(
            "the planner has rights in another database of the server",
            where=f"planner {name}, database {elsewhere}",
            fix=f"stop sharing there first: gisgrid plan share ID {name} --stop --database …",
        )
    run(connection, "DROP ROLE {}", role)


def _require_closed(connection: Connection, role: str) -> None:
    """Refuse a database in which everybody may make things, as those before PostgreSQL 15."""
    query = text("SELECT has_schema_privilege(:role, 'public', 'CREATE')")
    if connection.scalar(query, {"role": role}):
        raise DatabaseError(
            "every role may make tables and functions in the schema public",
            where=connection.engine.url.render_as_string(hide_password=True),
            fix="let its owner run: REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        )
