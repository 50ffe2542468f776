"""Micro-grids proposed for a unit of a plan: events while they are sought, or one answer."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Final

from anyio import to_thread
from fastapi import APIRouter, Body, Request, Response
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from pydantic import Field

from api.answers import PRIVATE, json_bytes
from api.plans.bodies import ShortBody
from api.plans.versions import PlanId, plan_tag
from api.problems import Problem, problem_of
from api.reading import open_reading
from api.service import CurrentService, Service
from api.viewers import Planner
from gisgrid.access import Right, Viewer
from gisgrid.errors import GisgridError, TooManyRequests
from gisgrid.exports.proposals import proposal_documents
from gisgrid.planning.proposals import Range, propose
from gisgrid.store import drafts, plans
from gisgrid.store.drafts.fields import Code, Strict, Text
from gisgrid.store.units import unit_ground

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from gisgrid.planning.proposals import Proposal
    from gisgrid.store.units import UnitGround

__all__ = ["router"]

router = APIRouter(prefix="/v1/plans", tags=["plans"], route_class=ShortBody)

# A proxy gives up a connection on which nothing moves.
_PING_EVERY: Final = 15.0
_LOOK_EVERY: Final = 0.1
# Searches under way and waiting; two of them run at once.
_SEARCHES: Final = 8
# For the log: nobody is there to read the answer.
_NOBODY: Final = 499
_NO_CACHE: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_EVENTS: Final = "text/event-stream"


class ProposalsWanted(Strict):
    """For what, and within which bounds."""

    unit: Annotated[Code, Field(description="Code of the unit in the plan.")]
    min: int = Field(default=300, ge=1, le=10_000_000, description="Fewest households of a grid.")
    max: int = Field(default=500, ge=1, le=10_000_000, description="Most households of a grid.")
    locked: Annotated[tuple[Code, ...], Field(max_length=1_000)] = Field(
        default=(), description="Codes of micro-grids that stay; special ones do in any case."
    )
    barriers: Annotated[tuple[Text, ...], Field(max_length=100)] = Field(
        default=(), description="Classes of lines that no grid may lie on both sides of."
    )
    seed: int = Field(default=0, ge=0, le=2**53, description="Another one, other ways.")


class _GoneError(Exception):
    """The client went away."""


@dataclass
class _Search:
    """One search: what is asked, what was read, how far it is."""

    service: Service
    planner: Viewer
    plan_id: int
    wanted: ProposalsWanted
    range: Range
    gone: threading.Event = field(default_factory=threading.Event)
    at: tuple[int, int] = (0, 0)

    def read(self) -> tuple[UnitGround, dict[str, Any]]:
        """The ground, and how the answer begins."""
        with open_reading(self.service, sight=self.planner.sight(Right.PLAN)) as reading:
            plan = plans.by_id(reading.connection, self.plan_id)
            drafts.require_drawn(plan)
            place = unit_ground(
                reading.connection,
                self.plan_id,
                self.wanted.unit,
                locked=self.wanted.locked,
                barriers=self.wanted.barriers,
            )
            tag = plan_tag(plan, reading.revision)
            told = {"plan": plan.id, "version": plan.version, "tag": tag, "unit": place.unit.code}
            return place, {**reading.head, **told}

    def answer(self, place: UnitGround, head: dict[str, Any]) -> bytes:
        """Seek, and write what was found."""
        found = self._seek(place)
        with open_reading(self.service, sight=self.planner.sight(Right.PLAN)) as reading:
            items = proposal_documents(reading.connection, self.plan_id, place, found, self.range)
        return json_bytes({**head, "proposals": items})

    def _seek(self, place: UnitGround) -> list[Proposal]:
        return propose(place.ground, self.range, seed=self.wanted.seed, progress=self._note)

    def _note(self, done: int, total: int) -> None:
        if self.gone.is_set():
            raise _GoneError
        self.at = (done, total)


_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {_EVENTS: {}, "application/json": {}},
        "description": "Events `progress` and `proposals` or `problem`; or the proposals alone.",
    },
    **{status: {"model": Problem} for status in (403, 404, 409, 413, 422, 429, 503)},
}


@router.post(
    "/{plan_id}/proposals",
    summary="Propose micro-grids for a unit",
    response_class=Response,
    responses=_ANSWERS,
)
async def propose_grids(
    request: Request,
    plan_id: PlanId,
    wanted: Annotated[ProposalsWanted, Body()],
    service: CurrentService,
    planner: Planner,
) -> Response:
    """Several ways to divide a unit, with measures, and for each the edit that draws it.

    Nothing is changed: POST the `edit` of one to `/v1/plans/{id}/edits`, with `tag` as `If-Match`.
    `Accept: application/json` gives the answer without progress. Whoever goes away ends the search.
    """
    search = _Search(service, planner, plan_id, wanted, Range(wanted.min, wanted.max))
    _require_room(service)
    place, head = await to_thread.run_sync(search.read)
    # Others may have begun while the ground was read.
    _require_room(service)
    if "application/json" in request.headers.get("accept", ""):
        return await _whole(request, search, place, head)
    return EventSourceResponse(_events(request, search, place, head), headers=_NO_CACHE)


def _require_room(service: Service) -> None:
    if service.searches >= _SEARCHES:
        raise TooManyRequests("too many proposals are sought here", fix="try again in a moment")


async def _whole(
    request: Request, search: _Search, place: UnitGround, head: dict[str, Any]
) -> Response:
    """The proposals in one answer; a client that goes away ends the search."""
    service = search.service
    service.searches += 1
    work = _begun(search, place, head)
    try:
        while not work.done():
            await asyncio.wait({work}, timeout=_LOOK_EVERY)
            if await request.is_disconnected():
                search.gone.set()
        body = work.result()
    except _GoneError:
        return Response(status_code=_NOBODY)
    finally:
        search.gone.set()
        service.searches -= 1
        work.cancel()
    headers = {"Cache-Control": PRIVATE, "ETag": head["tag"]}
    return Response(body, media_type="application/json", headers=headers)


def _begun(search: _Search, place: UnitGround, head: dict[str, Any]) -> asyncio.Future[bytes]:
    """The search in a thread, as soon as one is free for it."""
    return asyncio.ensure_future(
        to_thread.run_sync(search.answer, place, head, limiter=search.service.seeking)
    )


async def _events(
    request: Request, search: _Search, place: UnitGround, head: dict[str, Any]
) -> AsyncIterator[bytes]:
    """How far the search is, then what it found; a client that goes away ends it."""
    service = search.service
    service.searches += 1
    work = _begun(search, place, head)
    try:
        yield KEEPALIVE_COMMENT
        async for event in _progress(search, work):
            yield event
        try:
            yield format_sse_event(data_str=work.result().decode(), event="proposals")
        except GisgridError as error:
            body = bytes(problem_of(request, error).body)
            yield format_sse_event(data_str=body.decode(), event="problem")
    finally:
        search.gone.set()
        service.searches -= 1
        work.cancel()


async def _progress(search: _Search, work: asyncio.Future[bytes]) -> AsyncIterator[bytes]:
    """An event whenever the search is further, ten times a second at most."""
    told, quiet = (0, 0), 0.0
    while not work.done():
        await asyncio.wait({work}, timeout=_LOOK_EVERY)
        quiet += _LOOK_EVERY
        if search.at != told:
            told, quiet = search.at, 0.0
            done, total = told
            data = json_bytes({"done": done, "total": total}).decode()
            yield format_sse_event(data_str=data, event="progress")
        elif quiet >= _PING_EVERY:
            quiet = 0.0
            yield KEEPALIVE_COMMENT
