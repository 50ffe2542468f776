"""Holding places by hand, letting them go, and the list of those that are held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AfterValidator

from api.answers import PRIVATE, json_answer, json_bytes
from api.holds.models import HeldList, HeldQuery, HoldDone, Kind, NewHold
from api.plans.bodies import ShortBody
from api.problems import Problem
from api.reading import open_reading
from api.service import CurrentService, Service
from api.viewers import Looker, Planner
from api.writing import changing
from gisgrid.access import Right
from gisgrid.exports.documents import document
from gisgrid.store import holds, revisions
from gisgrid.store.texts import printable

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisgrid.store.holds import Hold

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["places"], route_class=ShortBody)

_SourceId = Annotated[
    str,
    AfterValidator(printable),
    Path(max_length=1000, description="The place's id at its source."),
]
_REFUSED: dict[int | str, dict[str, Any]] = {
    200: {"model": HoldDone},
    **{status: {"model": Problem} for status in (403, 404, 409, 413, 422)},
}


@router.put(
    "/places/{kind}/{source_id:path}/hold",
    summary="Assign a place to a micro-grid, wherever it lies",
    responses=_REFUSED,
)
def hold_place(
    kind: Kind,
    source_id: _SourceId,
    body: NewHold,
    service: CurrentService,
    planner: Planner,
) -> Response:
    """Assign a place to a micro-grid by hand, with a reason. It ends when the place moves."""
    with changing(service, planner, Right.PLAN) as connection:
        made = holds.hold(
            connection, kind, source_id, grid=body.grid, reason=body.reason, author=planner.name
        )
        return _done(connection, service, made)


@router.delete(
    "/places/{kind}/{source_id:path}/hold",
    summary="Take that back",
    responses=_REFUSED,
)
def release_place(
    kind: Kind, source_id: _SourceId, service: CurrentService, planner: Planner
) -> Response:
    """Take a hold back: the place belongs to the grid that it lies in. Answers what it was."""
    with changing(service, planner, Right.PLAN) as connection:
        ended = holds.release(connection, kind, source_id, author=planner.name)
        return _done(connection, service, ended)


@router.get(
    "/held",
    summary="The places that are held by hand",
    responses={200: {"model": HeldList}, 422: {"model": Problem}},
)
def list_held(
    request: Request,
    query: Annotated[HeldQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """Held places, the longest held first; `next` is the address of the page after."""
    with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        found = holds.listing(
            reading.connection,
            reading.at,
            ended=query.ended,
            kind=query.kind,
            after=query.after,
            limit=query.limit + 1,
        )
        page, following = found[: query.limit], None
        if len(found) > len(page):
            again = query.model_dump(exclude_none=True, exclude_defaults=True)
            following = f"{request.url.path}?{urlencode({**again, 'after': page[-1].id})}"
        content = {"held": document(page, service.settings.zone), "next": following}
        return json_answer(request, content, reading, private=True)


def _done(connection: Connection, service: Service, one: Hold) -> Response:
    head = {"revision": revisions.current(connection)}
    return Response(
        json_bytes(head | document(one, service.settings.zone)),
        media_type="application/json",
        headers={"Cache-Control": PRIVATE},
    )
