"""``gisgrid serve``: the API and its pages."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from tempfile import TemporaryDirectory
from typing import Annotated, Final

import typer

from gisgrid.cli.accounts import print_links
from gisgrid.cli.options import Database, say, talk
from gisgrid.errors import Conflict
from gisgrid.settings import DEMO_DATABASE, Settings

__all__ = ["require_free", "run_server", "serve"]

_METRICS_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
# The State Council announces the holidays of a year in the autumn before it.
_CALENDAR_DAYS: Final = 60

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
    """Serve until interrupted; the workers find the database in the environment.

    Raises
    ------
    Conflict
        The port is in use.
    """
    import uvicorn

    from gisgrid.store.engine import connect
    from gisgrid.store.web_role import serving_url

    require_free(host, port)
    settings = Settings()
    # Set up and checked here, so that a fault is one line and not a worker's traceback.
    engine = connect(settings, database)
    if serving_url(engine) is None:
        say(
            "网页服务将以表的所有者身份运行;请先运行:gisgrid db role",
            "the web service runs as the owner of its tables; give it a role: gisgrid db role",
        )
    _warn_of_calendar(settings)
    if engine.url.database != DEMO_DATABASE:
        with engine.begin() as connection:
            print_links(connection, settings, f"http://{host}:{port}")
    engine.dispose()
    if database:
        os.environ["GISGRID_DATABASE_URL"] = database
    talk.print(f"gisgrid → http://{host}:{port}   (Ctrl-C 停止 stops)", markup=False)
    with _shared_metrics(workers):
        uvicorn.run(
            "api.app:create_app_from_environment",
            factory=True,
            http="api.gathering:GatheringProtocol",
            host=host,
            port=port,
            workers=workers,
            access_log=False,
            server_header=False,
            log_level="warning",
        )


@contextmanager
def _shared_metrics(workers: int) -> Iterator[None]:
    """A folder in which several workers count together; prometheus_client looks for it."""
    if workers == 1 or _METRICS_FOLDER in os.environ:
        yield
        return
    with TemporaryDirectory(prefix="gisgrid-metrics-") as folder:
        os.environ[_METRICS_FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[_METRICS_FOLDER]


def require_free(host: str, port: int) -> None:
    """Raise `Conflict` when something listens on the port already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Conflict(
                f"cannot listen there: {error.strerror}",
                where=f"{host}:{port}",
                fix="choose another: --port N",
            ) from None


def _warn_of_calendar(settings: Settings) -> None:
    """Say so when the holidays of days that are near are not known."""
    from gisgrid.cases.calendar import calendar_of

    today = datetime.now(settings.zone).date()
    if calendar_of(settings).ends_within(today, _CALENDAR_DAYS):
        say(
            f"{_CALENDAR_DAYS} 天内的节假日安排尚不在日历中,届时时限按周末与固定假日估算;"
            "请在 GISGRID_CALENDAR 所指的 CSV 文件 (day,kind,name) 中补充",
            f"the calendar ends within {_CALENDAR_DAYS} days, and times due are estimates after it;"
            " let GISGRID_CALENDAR name a CSV file of day,kind,name that has the next year too",
        )
