"""The application: routers, middleware and what they share, put together."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from importlib.metadata import version
from typing import Any

from anyio import to_thread
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.types import ASGIApp, Receive, Scope, Send

from api.accounts.entry import to_login
from api.describing import complete
from api.headers import SafeHeaders
from api.lasting import while_in
from api.pages.refusals import as_page
from api.problems import add_handlers
from api.quick import QuickResolve
from api.routes import all_routes
from api.service import Service
from api.showing import cookie_name
from api.watching import Watch
from gisgrid.errors import Unauthenticated
from gisgrid.settings import DEMO_DATABASE, Settings
from gisgrid.store.engine import connect, serve_from

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

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        if self.openapi_schema is None:
            self.openapi_schema = complete(
                super().openapi(), self.routes, cookie_name(self.state.service.settings)
            )
        return self.openapi_schema

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; both ways pass the same `Watch`."""
        if scope["type"] == "http" and self.takes(scope):
            await self.quick(scope, receive, send)
        elif scope["type"] == "http":
            # Kept here, so that all copies of the scope share it.
            scope.setdefault("state", {})
            await super().__call__(scope, receive, while_in(scope, send, self.state.service))
        else:
            await super().__call__(scope, receive, send)


def create_app(
    settings: Settings | None = None,
    *,
    database: str | None = None,
    engine: Engine | None = None,
    alone: bool = False,
    demo: bool | None = None,
) -> FastAPI:
    """Make the application; the database is reached when it starts, not before.

    Parameters
    ----------
    settings : Settings, optional
        Read from the environment without it.
    database : str, optional
        A URL, or ``demo``; see `gisgrid.store.engine.connect`.
    engine : Engine, optional
        Of the tables' owner, which the caller made and will dispose of; the service reaches the
        same database by one of its own, see `gisgrid.store.engine.serve_from`.
    alone : bool
        The process serves this application and does nothing else.
    demo : bool, optional
        Open to everybody, see `api.access`; without it, what the database's name says.

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
        lifespan=_lifespan(service, database, engine, alone, demo),
        routes=all_routes(),
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.service = service
    add_handlers(app, as_page)
    app.add_exception_handler(Unauthenticated, to_login)
    watching = partial(
        Watch,
        headers=SafeHeaders(service.settings.tile_url, is_https=service.settings.is_https),
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
    service: Service,
    database: str | None,
    engine: Engine | None,
    alone: bool,
    demo: bool | None,
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        settings = service.settings
        # A request holds at most one connection and one thread: more of either would wait.
        to_thread.current_default_thread_limiter().total_tokens = settings.pool_size
        owner = engine or connect(settings, database, pool_size=1)
        running = serve_from(owner, pool_size=settings.pool_size)
        if engine is None:
            owner.dispose()
        service.demo = running.url.database == DEMO_DATABASE if demo is None else demo
        await to_thread.run_sync(service.start, running)
        if alone:
            # What is there now stays: looking it through for garbage, again and again, made the
            # reading of a large JSON body five times as long.
            gc.collect()
            gc.freeze()
        yield
        await to_thread.run_sync(service.stop)
        running.dispose()

    return lifespan
