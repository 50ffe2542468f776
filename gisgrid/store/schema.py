"""The schema's life: set up an empty database, migrate an older one, refuse what does not fit."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.schema import CreateSchema

from gisgrid.errors import SchemaOutdated
from gisgrid.store.server.binaries import parse_version, require_supported
from gisgrid.store.tables import SCHEMA
from gisgrid.store.web_role import grant_tables

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

__all__ = ["ensure_ready", "migrate", "require_current"]

_EXTENSIONS: Final = (
    text("CREATE EXTENSION IF NOT EXISTS postgis"),
    text("CREATE EXTENSION IF NOT EXISTS btree_gist"),
    text("CREATE EXTENSION IF NOT EXISTS pg_trgm"),
)
_MIGRATIONS: Final = Path(__file__).parent / "migrations"
# Two processes that meet an empty database must not both set it up.
_SETUP_LOCK: Final = 7_461_201


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


@cache
def _head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _current(connection: Connection) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table_schema": SCHEMA})
    return context.get_current_revision()


def _has_schema(connection: Connection) -> bool:
    query = text("SELECT to_regclass(:name) IS NOT NULL")
    return bool(connection.scalar(query, {"name": f"{SCHEMA}.alembic_version"}))


def _check_server(connection: Connection) -> None:
    postgres = parse_version(str(connection.scalar(text("SHOW server_version"))))
    query = text(
        "SELECT coalesce(installed_version, default_version) FROM pg_available_extensions "
        "WHERE name = 'postgis'"
    )
    postgis = connection.scalar(query)
    where = connection.engine.url.render_as_string(hide_password=True)
    require_supported(postgres, parse_version(postgis) if postgis else None, where=where)


def _upgrade(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SETUP_LOCK})
    for statement in _EXTENSIONS:
        connection.execute(statement)
    connection.execute(CreateSchema(SCHEMA, if_not_exists=True))
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def migrate(engine: Engine) -> tuple[str | None, str | None]:
    """Bring the schema to the newest version in one transaction.

    Returns
    -------
    tuple of (str or None, str or None)
        The versions before and after; before is None in a database that had no schema.
    """
    with engine.begin() as connection:
        _check_server(connection)
        before = _current(connection) if _has_schema(connection) else None
        _upgrade(connection)
        grant_tables(connection)
        return before, _current(connection)


def ensure_ready(engine: Engine) -> None:
    """Set an empty database up; refuse one whose schema is not the code's.

    Raises
    ------
    UnsupportedVersion
        PostgreSQL or PostGIS is too old.
    SchemaOutdated
        The schema is older than the code (migrate it) or newer (upgrade gisgrid).
    """
    with engine.connect() as connection:
        if require_current(connection):
            return
    migrate(engine)


def require_current(connection: Connection) -> bool:
    """Whether the schema is the code's; False in a database that has none.

    Raises
    ------
    UnsupportedVersion
        PostgreSQL or PostGIS is too old.
    SchemaOutdated
        The schema is older than the code or newer.
    """
    _check_server(connection)
    if not _has_schema(connection):
        return False
    found = _current(connection)
    if found is None or found == _head():
        return found is not None
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found in known:
        raise SchemaOutdated(
            f"the database has schema {found}, gisgrid needs {_head()}",
            fix="back it up, then run: gisgrid db migrate",
        )
    raise SchemaOutdated(
        f"the database has schema {found}, which this gisgrid does not know",
        fix="upgrade gisgrid to the version that wrote it",
    )
