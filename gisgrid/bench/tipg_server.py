"""tipg as a peer: the same grids in a table of their own, and a server over it."""

from __future__ import annotations

import sys
import tempfile
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from sqlalchemy import text
from sqlalchemy.engine import make_url

from gisgrid.bench.serving import free_port, running
from gisgrid.errors import WorkerError
from gisgrid.store import clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from sqlalchemy import Engine

__all__ = ["TABLE", "copy_for_tipg", "require_tipg", "tipg_served"]

_SCHEMA: Final = "gisgrid_bench"
TABLE: Final = f"{_SCHEMA}.micro"
_COPY: Final = text(f"""
    CREATE TABLE {TABLE} AS
    SELECT grid_id AS id, code, name, special, households, geom
    FROM gisgrid.grids_at(:at) JOIN gisgrid.boundary_version USING (grid_id)
    WHERE level = 'micro' AND valid @> CAST(:at AS timestamptz)
""")


def require_tipg() -> None:
    """Look whether tipg can run here.

    Raises
    ------
    WorkerError
        It is not installed.
    """
    if find_spec("tipg") is None:
        raise WorkerError("tipg is not installed", fix="pip install tipg")


def copy_for_tipg(engine: Engine, zone: tzinfo) -> None:
    """Put the present micro-grids into a plain table with a spatial index, as tipg likes it."""
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {_SCHEMA} CASCADE"))
        connection.execute(text(f"CREATE SCHEMA {_SCHEMA}"))
        connection.execute(_COPY, {"at": clock.now(connection, zone)})
        connection.execute(text(f"ALTER TABLE {TABLE} ADD PRIMARY KEY (id)"))
        connection.execute(text(f"CREATE INDEX ON {TABLE} USING gist (geom)"))
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text(f"VACUUM ANALYZE {TABLE}"))


@contextmanager
def tipg_served(database: str) -> Iterator[str]:
    """Serve the table by tipg's own application, one worker, and give the address.

    Raises
    ------
    ServerError
        The server does not come up.
    """
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "uvicorn", "tipg.main:app", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--no-access-log", "--log-level", "warning"]
    with (
        tempfile.TemporaryDirectory(prefix="gisgrid-tipg-") as folder,
        running(
            command,
            f"{address}/collections/{TABLE}",
            environment=_environment(database),
            folder=folder,
            fix="try: python -m uvicorn tipg.main:app",
        ),
    ):
        yield address


def _environment(database: str) -> dict[str, str]:
    """The database as tipg reads it; a socket's folder stands in the place of the host."""
    url = make_url(database)
    query = {name: str(value) for name, value in url.query.items()}
    user = quote(url.username or "")
    if url.password:
        user += f":{quote(str(url.password), safe='')}"
    host = quote(url.host or query.get("host", "localhost"), safe="")
    port = url.port or query.get("port", "5432")
    known = {"PGPASSFILE": query["passfile"]} if "passfile" in query else {}
    return {
        "DATABASE_URL": f"postgresql://{user}@{host}:{port}/{url.database}",
        "TIPG_DB_SCHEMAS": f'["{_SCHEMA}"]',
        "TIPG_DB_ONLY_SPATIAL_TABLES": "true",
        **known,
    }
