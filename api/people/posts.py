"""``/v1/posts`` and ``/v1/staffing``: who works which grid, and where members are missing."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response

from api.access import allowed
from api.answers import json_answer
from api.people.models import (
    NewPostBody,
    PostEnd,
    PostList,
    PostsQuery,
    StaffingAnswer,
    StaffingQuery,
    Written,
    answers,
)
from api.people.persons import Manager
from api.plans.bodies import ShortBody
from api.reading import asked_instant, open_reading
from api.service import CurrentService
from api.viewers import PeopleLooker
from api.writing import changed, changing
from gisgrid.access import Right, Viewer
from gisgrid.exports.documents import document
from gisgrid.store import clock, people

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["people"], route_class=ShortBody)

_PostId = Annotated[int, Path(ge=1, le=2**62, description="Number of the post.")]


@router.get("/posts", summary="Who works which grid", responses=answers(PostList, 422))
def list_posts(
    request: Request,
    query: Annotated[PostsQuery, Query()],
    service: CurrentService,
    viewer: PeopleLooker,
) -> Response:
    """The posts of one's scope that are held at a date, with the names of those who hold them."""
    with open_reading(service, query.at, sight=viewer.sight(Right.SEE_PEOPLE)) as reading:
        found = people.posts(
            reading.connection,
            reading.at,
            grid_code=query.grid or "",
            person_code=query.person or "",
            past=query.past,
            after=query.after,
            limit=query.limit + 1,
        )
        page, following = found[: query.limit], None
        if len(found) > len(page):
            again = query.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
            following = f"{request.url.path}?{urlencode({**again, 'after': page[-1].id})}"
        content = {"posts": document(page, service.settings.zone), "next": following}
        return json_answer(request, content, reading, private=True)


@router.post("/posts", summary="Give a post", responses=answers(Written, 404, 409, 413, 422))
def put_post(body: NewPostBody, service: CurrentService, viewer: Manager) -> Response:
    """Give somebody a post in a grid of one's scope, from now on unless `since` says otherwise."""
    zone = service.settings.zone
    with changing(service, viewer, Right.MANAGE_PEOPLE) as connection:
        new = people.NewPost(
            person=body.person,
            grid=body.grid,
            kind=body.kind,
            own_post=body.own_post,
            since=asked_instant(body.since, zone) or clock.now(connection, zone),
            until=asked_instant(body.until, zone),
        )
        made = people.put_post(connection, new)
        return changed(connection, service, {"id": made, "changed": 1})


@router.post(
    "/posts/{post_id}/end", summary="End a post", responses=answers(Written, 404, 409, 422)
)
def end_post(post_id: _PostId, body: PostEnd, service: CurrentService, viewer: Manager) -> Response:
    """End a post, now unless `until` says otherwise; it stays on record."""
    zone = service.settings.zone
    with changing(service, viewer, Right.MANAGE_PEOPLE) as connection:
        until = asked_instant(body.until, zone) or clock.now(connection, zone)
        people.end_post(connection, post_id, until)
        return changed(connection, service, {"id": post_id, "changed": 1})


@router.get(
    "/staffing", summary="Where members are missing", responses=answers(StaffingAnswer, 422)
)
def staffing(
    request: Request,
    query: Annotated[StaffingQuery, Query()],
    service: CurrentService,
    viewer: Annotated[Viewer, allowed(Right.MEASURE)],
) -> Response:
    """Members that micro-grids have and should have, added up for units and areas."""
    wanted = service.settings.members_per_micro
    with open_reading(service, query.at, sight=viewer.sight(Right.MEASURE)) as reading:
        told = people.staffing(reading.connection, reading.at, per_micro=wanted)
        shown = [
            one
            for one in told.grids
            if query.level in (None, one.level) and (one.missing or not query.gaps)
        ]
        content = {
            "per_micro": wanted,
            "grids": document(shown, service.settings.zone),
            "ended": document(told.ended, service.settings.zone),
        }
        return json_answer(request, content, reading, private=True)
