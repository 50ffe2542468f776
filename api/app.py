"""The application: routers, middleware and what they share, put together."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path

from anyio import to_thread
from fastapi import Depends, FastAPI
from sqlalchemy import Engine
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from api import comparing, docs, grids, health, history, holds, hotspots, maps, resolve
from api.access import current_viewer
from api.addresses.routers import ROUTERS as ADDRESS_ROUTERS
from api.campaigns import router as campaigns
from api.hazards.routers import ROUTERS as HAZARD_ROUTERS
from api.headers import SafeHeaders
from api.ogc.routers import ROUTERS as OGC_ROUTERS
from api.pages import router as pages
from api.patrols import ROUTERS as PATROL_ROUTERS
from api.plans import ROUTERS as PLAN_ROUTERS
from api.problems import Problem, add_handlers
from api.quick import QuickResolve
from api.service import Service
from api.watching import Watch
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


class _Application(FastAPI):
    """FastAPI, with an endpoint before it for the requests that `takes` says it answers."""

    takes: Callable[[Scope], bool]
    quick: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; both ways pass the same `Watch`."""
        if scope["type"] == "http" and self.takes(scope):
            await self.quick(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(
    settings: Settings | None = None,
    *,
    database: str | None = None,
    engine: Engine | None = None,
    alone: bool = False,
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
    alone : bool
        The process serves this application and does nothing else.

    Raises
    ------
    DatabaseError
        At start-up: the database cannot be reached, is too old, or its schema is not the code's.
    """
    service = Service(settings or Settings())
    app = _Application(
        title="gisgrid",
        description=_ABOUT,
        version=version("gisgrid"),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(service, database, engine, alone),
        dependencies=[Depends(current_viewer)],
        responses={429: {"model": Problem}},
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.service = service
    for router in (
        resolve.router,
        grids.router,
        comparing.router,
        history.router,
        holds.router,
        hotspots.router,
        campaigns,
        maps.router,
        maps.page_router,
        health.router,
    ):
        app.include_router(router)
    for router in (
        *ADDRESS_ROUTERS,
        *PLAN_ROUTERS,
        *PATROL_ROUTERS,
        *OGC_ROUTERS,
        *HAZARD_ROUTERS,
    ):
        app.include_router(router)
    app.include_router(docs.router)
    app.include_router(pages.router)
    app.mount("/static/vendor", StaticFiles(directory=ASSETS / "vendor", check_dir=False))
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "pages" / "static"))
    add_handlers(app)
    watching = partial(
        Watch,
        headers=SafeHeaders(service.settings.tile_url),
        log=service.log,
        metrics=service.metrics,
    )
    app.add_middleware(watching)
    quick = QuickResolve(service)
    app.takes, app.quick = quick.takes, watching(quick)
    return app


def create_app_from_environment() -> FastAPI:
    """The application for a server's workers; all is read from ``GISGRID_…``."""
    return create_app(Settings(), alone=True)


def _lifespan(
    service: Service, database: str | None, engine: Engine | None, alone: bool
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        settings = service.settings
        # A request holds at most one connection and one thread: more of either would wait.
        to_thread.current_default_thread_limiter().total_tokens = settings.pool_size
        running = engine or connect(settings, database, pool_size=settings.pool_size)
        await to_thread.run_sync(service.start, running)
        if alone:
            # What is there now stays: looking it through for garbage, again and again, made the
            # reading of a large JSON body five times as long.
            gc.collect()
            gc.freeze()
        yield
        await to_thread.run_sync(service.stop)
        if engine is None:
            running.dispose()

    return lifespan
