"""Hazards one by one, by grid, and what those of a grid have in common."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

import pandas as pd
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.answers import json_answer
from api.grids import Level
from api.hazards.filters import FilterQuery
from api.hazards.models import CountsAnswer, HazardList, SummaryAnswer
from api.parameters import Code, box_of
from api.problems import Problem
from api.reading import Reading, open_reading
from api.service import CurrentService
from api.viewers import Looker
from gisgrid.access import Right
from gisgrid.store import grids
from gisgrid.store.counts import households_by_grid
from gisgrid.store.hazard_counts import hazard_counts
from gisgrid.store.hazard_lists import hazard_page, hazard_summary
from gisgrid.store.tables import LEVELS

if TYPE_CHECKING:
    from gisgrid.settings import Settings

__all__ = ["router"]

router = APIRouter(prefix="/v1/hazards", tags=["hazards"])


class ListQuery(FilterQuery):
    """Which hazards, and how many at once."""

    grid: Annotated[Code | None, Field(description="Only those that this grid owns.")] = None
    bbox: Annotated[
        str | None,
        Field(max_length=200, description="West, south, east, north in degrees of WGS 84."),
    ] = None
    limit: int = Field(default=100, ge=1, le=1000, description="Most hazards in one answer.")
    after: Annotated[
        str | None, Field(max_length=64, description="Where the page before ended.")
    ] = None


class CountsQuery(FilterQuery):
    """Which hazards, and by the grids of which level."""

    level: Level = "micro"


class SummaryQuery(FilterQuery):
    """Which hazards of which grid."""

    grid: Code


@router.get(
    "",
    summary="Hazards, those found last first",
    responses={200: {"model": HazardList}, 404: {"model": Problem}, 422: {"model": Problem}},
)
def list_hazards(
    request: Request,
    query: Annotated[ListQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """A page at a time, tips for those who may see them; `next` is the page after."""
    settings = service.settings
    wanted, box = query.wanted(settings), box_of(query.bbox)
    with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        within = None
        if query.grid is not None:
            within, _ = grids.by_code(reading.connection, query.grid, reading.at)
        page = hazard_page(
            reading.connection,
            wanted,
            grid=within,
            box=box,
            after=query.after,
            limit=query.limit,
        )
        codes = _codes(reading, page.rows)
    following = None
    if page.after is not None:
        again = query.model_dump(exclude_none=True, exclude_defaults=True)
        asked = urlencode({**again, "after": page.after}, doseq=True)
        following = f"{request.url.path}?{asked}"
    items = [_item(row, codes, settings) for row in page.rows]
    content = {"hazards": items, "after": page.after, "next": following}
    made = json_answer(request, content, reading, private=True)
    if following:
        made.headers["Link"] = f'<{following}>; rel="next"'
    return made


@router.get(
    "/counts",
    summary="Hazards by grid",
    responses={200: {"model": CountsAnswer}, 422: {"model": Problem}},
)
def counts(
    request: Request,
    query: Annotated[CountsQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """How many hazards each grid of a level owns, how many before, and its households."""
    wanted = query.wanted(service.settings)
    with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        found = hazard_counts(reading.connection, query.level, wanted)
        homes = households_by_grid(reading.connection, query.level, reading.at)
        codes = grids.codes_by_id(reading.connection, homes.index.tolist(), reading.at)
    compared = wanted.since is not None and wanted.until is not None
    count = found["count"].to_dict()
    before = found["before"].to_dict()
    listed = [
        {
            "code": codes[key],
            "count": count.get(key, 0),
            "before": before.get(key, 0) if compared else None,
            "households": None if pd.isna(home) else int(home),
        }
        for key, home in zip(homes.index.tolist(), homes, strict=True)
    ]
    content = {
        "level": query.level,
        "total": int(found["count"].sum()),
        "before_total": int(found["before"].sum()) if compared else None,
        "grids": listed,
    }
    return json_answer(request, content, reading, private=True)


@router.get(
    "/summary",
    summary="What the hazards of a grid have in common",
    responses={200: {"model": SummaryAnswer}, 404: {"model": Problem}, 422: {"model": Problem}},
)
def summary(
    request: Request,
    query: Annotated[SummaryQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """By subject, hour and weekday, who found them, and the places that come up again."""
    settings = service.settings
    wanted = query.wanted(settings)
    with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        grid, _ = grids.by_code(reading.connection, query.grid, reading.at)
        found = hazard_summary(reading.connection, wanted, grid, settings.time_zone)
    named = [{"name": name, "count": count} for name, count in found.subjects]
    content = {"grid": grid.code, **asdict(found), "subjects": named}
    return json_answer(request, content, reading, private=True)


def _item(row: Any, codes: dict[int, str], settings: Settings) -> dict[str, Any]:
    owners = {level: codes.get(getattr(row, f"{level}_id")) for level in LEVELS}
    found_at = row.found_at and row.found_at.astimezone(settings.zone).isoformat()
    return {
        "id": row.source_id,
        "lon": row.lon,
        "lat": row.lat,
        "category": row.category,
        "subject": row.subject,
        "severity": row.severity,
        "state": row.state,
        "found_by": "discovered" if row.origin in settings.discoverers else "reported",
        "found_at": found_at,
        "grids": {level: code for level, code in owners.items() if code is not None},
    }


def _codes(reading: Reading, rows: tuple[Any, ...]) -> dict[int, str]:
    """The codes of the grids that own the hazards of a page."""
    ids = {getattr(row, f"{level}_id") for row in rows for level in LEVELS} - {None}
    return grids.codes_by_id(reading.connection, sorted(ids), reading.at)
