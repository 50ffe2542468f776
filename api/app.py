"""The application: routers, middleware and what they share, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import version
from pathlib import Path

from anyio import to_thread
from fastapi import Depends, FastAPI
from sqlalchemy import Engine
from starlette.staticfiles import StaticFiles

from api import docs, grids, health, maps, resolve
from api.access import current_viewer
from api.headers import SecurityHeaders
from api.logs import AccessLog, make_logger
from api.pages import router as pages
from api.problems import add_handlers
from api.service import Service
from gisgrid.maps.bundle import ASSETS
from gisgrid.settings import Settings
from gisgrid.store.engine import connect

__all__ = ["create_app", "create_app_from_environment"]

_ABOUT = """\
Which grid an address or a point belongs to, once or many times at once.

Coordinates are longitude, latitude; `crs` names their system and is echoed. `at` asks for another
date. Every answer names the `revision` of the boundaries and carries it in its ETag. Errors are
problem documents (RFC 9457) that say how to mend the request.
"""


def create_app(
    settings: Settings | None = None,
    *,
    database: str | None = None,
    engine: Engine | None = None,
) -> FastAPI:
    """Make the application; the database is reached when it starts, not before.

    Parameters
    ----------
    settings : Settings, optional
        Read from the environment without it.
    database : str, optional
        A URL, or ``demo``; see `gisgrid.store.engine.connect`.
    engine : Engine, optional
        One that the caller made and will dispose of.

    Raises
    ------
    DatabaseError
        At start-up: the database cannot be reached, is too old, or its schema is not the code's.
    """
    service = Service(settings or Settings())
    app = FastAPI(
        title="gisgrid",
        description=_ABOUT,
        version=version("gisgrid"),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(service, database, engine),
        dependencies=[Depends(current_viewer)],
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.service = service
    for router in (resolve.router, grids.router, maps.router, health.router):
        app.include_router(router)
    app.include_router(docs.router)
    app.include_router(pages.router)
    app.mount("/static/vendor", StaticFiles(directory=ASSETS / "vendor", check_dir=False))
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "pages" / "static"))
    add_handlers(app)
    # The one added last is the outermost.
    app.add_middleware(AccessLog, logger=make_logger())
    app.add_middleware(SecurityHeaders, tile_url=service.settings.tile_url)
    return app


def create_app_from_environment() -> FastAPI:
    """The application for a server's workers; all is read from ``GISGRID_…``."""
    return create_app(Settings())


def _lifespan(
    service: Service, database: str | None, engine: Engine | None
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        settings = service.settings
        # A request holds at most one connection and one thread: more of either would wait.
        to_thread.current_default_thread_limiter().total_tokens = settings.pool_size
        service.running = engine or connect(settings, database, pool_size=settings.pool_size)
        yield
        if engine is None:
            service.running.dispose()
        service.running = None

    return lifespan
