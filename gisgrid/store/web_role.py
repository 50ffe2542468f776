"""The database role of the web service: it owns nothing, and policies hold for it.

Roles are the server's own and no backup holds them, so the role and what it may do are made where
they are missing whenever the service starts or the tables are migrated.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from psycopg2 import extensions, sql
from sqlalchemy import text

from gisgrid.store.roles import driver, exists, require_right, run
from gisgrid.store.server.layout import ROLE as OWNER
from gisgrid.store.server.layout import Layout
from gisgrid.store.tables import SCHEMA

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

__all__ = ["WEB_ROLE", "grant_tables", "make_role", "serving_url"]

WEB_ROLE: Final = "gisgrid_web"

_ALL: Final = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
_ADD: Final = frozenset({"SELECT", "INSERT"})
_LOOK: Final = frozenset({"SELECT"})
_KEEP: Final = frozenset({"SELECT", "INSERT", "UPDATE"})
# What triggers keep from change, nobody need have the right to change; and what nothing ever
# removes (accounts are disabled, keys revoked, people erased), nobody need have the right to.
_LESS: Final = {
    **{"alembic_version": _LOOK, "level": _LOOK, "audit_event": _ADD, "case_event": _ADD},
    **dict.fromkeys(("account", "api_key", "case_file", "personal", "revision"), _KEEP),
}
_SEQUENCE: Final = frozenset({"USAGE"})

# Two workers that start at once must not both grant.
_GRANT_LOCK: Final = 7_461_216


def serving_url(engine: Engine) -> URL | None:
    """The URL by which the web service reaches a database as `WEB_ROLE`.

    On the private server that is a login with a password of its own; on any other the login of
    the URL gives up its rights at once for the role's, where the role was made (`make_role`).

    Parameters
    ----------
    engine : Engine
        Of the tables' owner.

    Returns
    -------
    URL or None
        None where the role is missing on a server that is not gisgrid's own, or the login may not
        take it: the service would run as the owner of its tables.
    """
    home = _private_home(engine.url)
    if home is not None:
        _let_in(engine, home)
        passfile = str(home.passfile_of(WEB_ROLE))
        return engine.url.set(username=WEB_ROLE).update_query_dict({"passfile": passfile})
    with engine.begin() as connection:
        if not _may_take(connection):
            return None
        grant_tables(connection)
    given = engine.url.query.get("options", "")
    options = f"{given} -c role={WEB_ROLE}".strip()
    return engine.url.update_query_dict({"options": options})


def make_role(connection: Connection) -> None:
    """Make the role, let the one who asks take it, and grant it what it needs in this database.

    Raises
    ------
    DatabaseError
        The role that gisgrid uses may make no roles.
    """
    if not exists(connection, WEB_ROLE):
        require_right(connection)
        run(
            connection,
            "CREATE ROLE {} NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS",
            WEB_ROLE,
        )
    if not _may_take(connection):
        run(connection, "GRANT {} TO CURRENT_USER", WEB_ROLE)
    grant_tables(connection)


def grant_tables(connection: Connection) -> None:
    """Grant the role what it lacks in this database, and take back what it should not have."""
    if not exists(connection, WEB_ROLE):
        return
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _GRANT_LOCK})
    query = text("SELECT has_schema_privilege(:role, :schema, 'USAGE')")
    if not connection.scalar(query, {"role": WEB_ROLE, "schema": SCHEMA}):
        run(connection, "GRANT USAGE ON SCHEMA {} TO {}", SCHEMA, WEB_ROLE)
    for name, kind, granted in _granted(connection):
        wanted = _SEQUENCE if kind == "S" else _LESS.get(name, _ALL)
        one = sql.SQL("SEQUENCE {}" if kind == "S" else "{}").format(sql.Identifier(SCHEMA, name))
        if granted - wanted:
            run(connection, "REVOKE ALL ON {} FROM {}", one, WEB_ROLE)
        if granted != wanted:
            rights = sql.SQL(", ".join(sorted(wanted)))
            run(connection, "GRANT {} ON {} TO {}", rights, one, WEB_ROLE)


def _granted(connection: Connection) -> list[tuple[str, str, frozenset[str]]]:
    """Names, kinds and granted rights of the tables and sequences."""
    query = text(
        "SELECT c.relname, c.relkind, "
        "array_agg(a.privilege_type) FILTER (WHERE r.rolname IS NOT NULL) "
        "FROM pg_class AS c LEFT JOIN LATERAL aclexplode(c.relacl) AS a ON true "
        "LEFT JOIN pg_roles AS r ON r.oid = a.grantee AND r.rolname = :role "
        "WHERE c.relnamespace = CAST(:schema AS regnamespace) "
        "AND c.relkind IN ('r', 'S') GROUP BY c.oid ORDER BY c.relname"
    )
    found = connection.execute(query, {"role": WEB_ROLE, "schema": SCHEMA})
    return [(name, kind, frozenset(rights or ())) for name, kind, rights in found]


def _may_take(connection: Connection) -> bool:
    query = text(
        "SELECT coalesce(bool_or(pg_has_role(oid, 'MEMBER')), false) FROM pg_roles "
        "WHERE rolname = :role"
    )
    return bool(connection.scalar(query, {"role": WEB_ROLE}))


def _private_home(url: URL) -> Layout | None:
    """The files of the private server that a URL leads to; None for another server."""
    passfile = url.query.get("passfile")
    if url.username != OWNER or not isinstance(passfile, str):
        return None
    home = Layout(Path(passfile).parent)
    return home if str(home.passfile) == passfile and home.data.exists() else None


def _let_in(engine: Engine, home: Layout) -> None:
    """Make the role of the private server with a password that only its own file holds."""
    # The lock holds for all databases of the server, as roles do.
    with home.locked(), engine.begin() as connection:
        password = home.read_password(WEB_ROLE) or home.write_password(WEB_ROLE)
        make_role(connection)
        hashed = extensions.encrypt_password(
            password, WEB_ROLE, driver(connection), "scram-sha-256"
        )
        run(connection, "ALTER ROLE {} LOGIN PASSWORD {}", WEB_ROLE, sql.Literal(hashed))
