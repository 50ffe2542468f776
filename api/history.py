"""The past of a grid, and the feed of changes: a page at a time, or as they happen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated, Any, Final

from anyio import to_thread
from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import Scope

from api.access import still_in
from api.answers import json_answer, json_bytes
from api.lasting import CHECK_EVERY
from api.news import STREAM
from api.parameters import Code
from api.problems import Problem
from api.reading import open_reading
from api.service import CurrentService, Service
from api.viewers import Resolver
from gisgrid.errors import InputError, TooManyRequests
from gisgrid.exports.documents import document
from gisgrid.store.feed import changes_after
from gisgrid.store.history import grid_history

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["history"])

# A proxy gives up a connection on which nothing moves.
_PING_EVERY: Final = 15.0
_STREAMS: Final = 100
_NO_CACHE: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_LARGEST: Final = 2**31 - 1


class NoQuery(BaseModel):
    """No parameters; one that is given is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


class ChangesQuery(NoQuery):
    """Which revisions."""

    after: Annotated[
        int, Field(ge=0, le=_LARGEST, description="Only revisions after this one.")
    ] = 0
    limit: int = Field(default=10, ge=1, le=100, description="Most revisions in one answer.")


class StreamQuery(NoQuery):
    """Where a stream begins."""

    after: Annotated[
        int | None,
        Field(ge=0, le=_LARGEST, description="Begin after this revision; without it, now."),
    ] = None


class AttributesItem(BaseModel):
    """Dated attributes of a grid."""

    code: str
    name: str
    parent: str | None
    special: bool
    households: int | None
    range_reason: str | None
    valid_from: str
    valid_to: str | None
    revision: int
    ended_revision: int | None
    recorded_at: str


class BoundaryItem(BaseModel):
    """A dated boundary; its shape is that of the grid `at` its date."""

    level: str
    area_m2: float
    valid_from: str
    valid_to: str | None
    revision: int
    ended_revision: int | None
    recorded_at: str


class PassageItem(BaseModel):
    """Ground and households that a publish gave from one grid to another."""

    revision: int
    effective_at: str
    source: str
    target: str
    area_m2: float
    area_share: float = Field(description="Of the area that the source had before.")
    households: int
    household_share: float | None


class History(BaseModel):
    """All that is on record of a grid, the oldest first."""

    revision: int
    notice: str | None = None
    id: int
    code: str
    level: str
    ended: bool
    attributes: list[AttributesItem]
    boundaries: list[BoundaryItem]
    came_from: list[PassageItem]
    went_into: list[PassageItem]


class StateItem(BaseModel):
    """A grid before or after a revision."""

    code: str
    name: str
    parent: str | None
    special: bool
    households: int | None
    range_reason: str | None
    area_m2: float


class GridChangeItem(BaseModel):
    """What a revision did to one grid."""

    id: int
    level: str
    kinds: list[str] = Field(description="made, ended, reshaped, relabelled")
    before: StateItem | None
    after: StateItem | None


class ChangeItem(BaseModel):
    """One publish and all that it changed."""

    revision: int
    published_at: str
    effective_at: str
    plan: int | None
    author: str
    note: str
    grids: list[GridChangeItem]
    lineage: list[PassageItem]


class Changes(BaseModel):
    """One page of changes, the oldest first, and the address of the next."""

    revision: int
    notice: str | None = None
    changes: list[ChangeItem]
    next: str | None


@router.get(
    "/grids/{code}/history",
    summary="The past of a grid: its versions, what it came from and went into",
    responses={200: {"model": History}, 404: {"model": Problem}, 422: {"model": Problem}},
)
def history(
    request: Request,
    code: Annotated[Code, Path()],
    query: Annotated[NoQuery, Query()],
    service: CurrentService,
    viewer: Resolver,
) -> Response:
    """Every version of a grid that has, or ever had, this code."""
    with open_reading(service) as reading:
        found = grid_history(reading.connection, code)
    return json_answer(request, document(found, service.settings.zone), reading)


@router.get(
    "/changes",
    summary="What each revision changed, before and after",
    responses={200: {"model": Changes}, 422: {"model": Problem}},
)
def changes(
    request: Request,
    query: Annotated[ChangesQuery, Query()],
    service: CurrentService,
    viewer: Resolver,
) -> Response:
    """What each revision did to the grids, the oldest first; `next` is the page after."""
    with open_reading(service) as reading:
        found = changes_after(reading.connection, query.after, limit=query.limit)
    following = None
    if found and found[-1].revision < reading.revision:
        last = found[-1].revision
        following = f"{request.url.path}?after={last}&limit={query.limit}"
    content = {"changes": document(found, service.settings.zone), "next": following}
    made = json_answer(request, content, reading)
    if following:
        made.headers["Link"] = f'<{following}>; rel="next"'
    return made


@router.get(
    STREAM.removeprefix(router.prefix),
    summary="Changes as they happen: server-sent events",
    response_class=Response,
    responses={
        200: {"content": {"text/event-stream": {}}, "description": "Events of one revision each."},
        422: {"model": Problem},
    },
)
async def stream(
    request: Request,
    query: Annotated[StreamQuery, Query()],
    service: CurrentService,
    viewer: Resolver,
    last_event_id: Annotated[str | None, Header(description="Begin after this revision.")] = None,
) -> Response:
    """An event for each revision: its number as the id, as data what `/v1/changes` says of it.

    Whoever was cut off goes on where they were by `Last-Event-ID`, as browsers do by themselves.
    """
    if service.streams >= _STREAMS:
        raise TooManyRequests("too many streams are open here", fix="ask /v1/changes now and then")
    after = service.served.revision if query.after is None else query.after
    if last_event_id is not None:
        after = _revision(last_event_id)
    return EventSourceResponse(_events(request, service, after), headers=_NO_CACHE)


def _revision(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text[:11]) > _LARGEST:
        raise InputError("is not the number of a revision", where="Last-Event-ID")
    return int(text)


async def _events(request: Request, service: Service, after: int) -> AsyncIterator[bytes]:
    """Changes after a revision, for as long as the client listens and may come in."""
    news = service.news
    service.streams += 1
    try:
        with news.listen() as event:
            # At once, so that the client knows that it is connected.
            yield KEEPALIVE_COMMENT
            while not news.over:
                event.clear()
                for number, body in await to_thread.run_sync(_read, service, after):
                    after = number
                    yield format_sse_event(data_str=body, event="revision", id=str(number))
                    event.set()
                if not await _wait(event, request.scope, service):
                    return
                if not event.is_set():
                    yield KEEPALIVE_COMMENT
    finally:
        service.streams -= 1


async def _wait(event: asyncio.Event, scope: Scope, service: Service) -> bool:
    """Wait until there is something new, or a ping is due; whether the client may still come in."""
    for _ in range(int(_PING_EVERY / CHECK_EVERY)):
        with suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), CHECK_EVERY)
        if not await still_in(scope, service):
            return False
        if event.is_set():
            break
    return True


def _read(service: Service, after: int) -> list[tuple[int, str]]:
    """The next revision after one, as an event's number and data; nothing where there is none."""
    with open_reading(service) as reading:
        found = changes_after(reading.connection, after, limit=1)
        notice: dict[str, Any] = {"notice": reading.notice} if reading.notice else {}
    zone = service.settings.zone
    return [(one.revision, json_bytes({**notice, **document(one, zone)}).decode()) for one in found]
