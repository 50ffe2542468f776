"""Looking at plans: which there are, what they come to, their grids and their log."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

import pandas as pd
import shapely
from fastapi import APIRouter, Query, Request, Response

from api.answers import answer, json_answer, json_bytes
from api.plans.models import (
    BoxQuery,
    EditLog,
    EditsQuery,
    PlanDetail,
    PlanList,
    PlansQuery,
    logged_item,
    plan_item,
)
from api.plans.versions import PlanId, plan_tag
from api.problems import Problem
from api.reading import Reading, open_reading
from api.service import CurrentService
from api.viewers import Looker
from gisgrid.store import drafts, plans

if TYPE_CHECKING:
    from pydantic import BaseModel

    from gisgrid.store.plans import Plan

__all__ = ["detail_answer", "router"]

router = APIRouter(prefix="/v1/plans", tags=["plans"])

_MISSING: dict[int | str, dict[str, Any]] = {404: {"model": Problem}, 422: {"model": Problem}}


@router.get("", summary="Plans, the newest first", responses={200: {"model": PlanList}})
def list_plans(
    request: Request,
    query: Annotated[PlansQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """Plans, the newest first, a page at a time; `next` is the address of the page after."""
    with open_reading(service) as reading:
        found = plans.listing(
            reading.connection, state=query.state, before=query.before, limit=query.limit + 1
        )
        page = found[: query.limit]
        following = None
        if len(found) > len(page):
            following = _page_after(request, query, before=page[-1].id)
        content = {"plans": [plan_item(plan) for plan in page], "next": following}
        return json_answer(request, content, reading, private=True)


@router.get(
    "/{plan_id}",
    summary="What a plan comes to",
    responses={200: {"model": PlanDetail}, **_MISSING},
)
def plan_detail(
    request: Request, plan_id: PlanId, service: CurrentService, viewer: Looker
) -> Response:
    """A plan: its state, its edits, and how many grids it changes. Changes ask for its ETag."""
    with open_reading(service) as reading:
        return detail_answer(request, reading, plans.by_id(reading.connection, plan_id))


def detail_answer(request: Request, reading: Reading, plan: Plan) -> Response:
    """The answer that shows a plan."""
    found = drafts.summary(reading.connection, plan.id)
    content = {
        **reading.head,
        **plan_item(plan),
        "counts": [asdict(counts) for counts in found.counts],
        "done": found.done,
        "undone": found.undone,
        "behind": list(found.behind) if plan.state == "draft" else [],
    }
    return answer(
        request,
        json_bytes(content),
        reading.revision,
        media_type="application/json",
        tag=plan_tag(plan, reading.revision),
        private=True,
    )


@router.get(
    "/{plan_id}/grids",
    summary="The grids as a plan has them",
    response_class=Response,
    responses={
        200: {"content": {"application/geo+json": {}}},
        **_MISSING,
        409: {"model": Problem},
    },
)
def plan_grids(
    request: Request,
    plan_id: PlanId,
    query: Annotated[BoxQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """The grids of a level as a drawn plan has them, as GeoJSON; those it leaves alone, too.

    `key` is the grid's id, below 0 for one that the plan makes; `drafted` says whether the plan
    draws it otherwise than it is.
    """
    box = query.box
    with open_reading(service) as reading:
        plan = plans.by_id(reading.connection, plan_id)
        drafts.require_drawn(plan)
        frame = drafts.frame(reading.connection, plan_id, query.level, near=box)
    content = {
        "type": "FeatureCollection",
        **reading.head,
        "plan": plan_id,
        "version": plan.version,
        "level": query.level,
        "features": [_feature(row) for row in frame.itertuples(index=False)],
    }
    return answer(
        request,
        json_bytes(content),
        reading.revision,
        media_type="application/geo+json",
        tag=plan_tag(plan, reading.revision),
        private=True,
    )


@router.get(
    "/{plan_id}/edits",
    summary="The log of a plan's edits",
    responses={200: {"model": EditLog}, **_MISSING},
)
def plan_edits(
    request: Request,
    plan_id: PlanId,
    query: Annotated[EditsQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """The edits of a plan with who made them and when, the first one first, a page at a time."""
    with open_reading(service) as reading:
        plan = plans.by_id(reading.connection, plan_id)
        found = drafts.log(reading.connection, plan_id, after=query.after, limit=query.limit + 1)
    page = found[: query.limit]
    following = None
    if len(found) > len(page):
        following = _page_after(request, query, after=page[-1].number)
    content = {
        **reading.head,
        "plan": plan_id,
        "edits": [logged_item(edit) for edit in page],
        "next": following,
    }
    return answer(
        request,
        json_bytes(content),
        reading.revision,
        media_type="application/json",
        tag=plan_tag(plan, reading.revision),
        private=True,
    )


def _page_after(request: Request, query: BaseModel, **place: int) -> str:
    """The address of the page after one, with the same parameters."""
    again = query.model_dump(exclude_none=True, exclude_defaults=True)
    return f"{request.url.path}?{urlencode({**again, **place})}"


def _feature(row: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": row.key,
        "properties": {
            "key": row.key,
            "code": row.code,
            "name": row.name,
            "parent": row.parent,
            "path": list(row.path),
            "special": row.special,
            "households": None if pd.isna(row.households) else int(row.households),
            "range_reason": row.range_reason,
            "drafted": row.drafted,
        },
        "geometry": shapely.geometry.mapping(row.geometry),
    }
