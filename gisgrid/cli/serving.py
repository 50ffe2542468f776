"""``gisgrid serve``: the API and its pages."""

from __future__ import annotations

import os
from typing import Annotated

import typer
import uvicorn

from gisgrid.cli.options import Database, talk
from gisgrid.settings import Settings
from gisgrid.store.engine import connect

__all__ = ["run_server", "serve"]

Host = Annotated[str, typer.Option("--host", metavar="H", help="Address to listen on.")]
Port = Annotated[int, typer.Option("--port", metavar="N", min=0, max=65535, help="Port.")]


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Worker processes.")] = 1,
    database: Database = None,
) -> None:
    """Serve the API, the maps and the pages."""
    run_server(host, port, workers, database)


def run_server(host: str, port: int, workers: int, database: str | None) -> None:
    """Serve until interrupted; the workers find the database in the environment."""
    settings = Settings()
    # Set up and checked here, so that a fault is one line and not a worker's traceback.
    connect(settings, database).dispose()
    if database:
        os.environ["GISGRID_DATABASE_URL"] = database
    talk.print(f"gisgrid → http://{host}:{port}   (Ctrl-C 停止 stops)", markup=False)
    uvicorn.run(
        "api.app:create_app_from_environment",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        access_log=False,
        log_level="warning",
    )
