"""Campaigns: how they go, their items and evidence, and marking what is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response

from api.answers import PRIVATE, json_answer, json_bytes
from api.campaigns.models import (
    BurnDown,
    BurnDownQuery,
    CampaignDetail,
    CampaignList,
    EvidenceList,
    EvidenceQuery,
    ItemDetail,
    ItemList,
    ItemsQuery,
    MarkedItem,
    NewMark,
)
from api.parameters import AtQuery, Code
from api.plans.bodies import ShortBody
from api.problems import Problem
from api.reading import Reading, asked_instant, open_reading
from api.service import CurrentService, Service
from api.viewers import Looker, Planner
from api.writing import changing
from gisgrid.access import Right, Viewer
from gisgrid.exports.campaigns import campaign_document, share_document
from gisgrid.exports.documents import document
from gisgrid.store import campaigns, clock, revisions

if TYPE_CHECKING:
    from datetime import date

__all__ = ["router"]

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns"], route_class=ShortBody)

_Code = Annotated[Code, Path(description="Code of the campaign.")]
_ItemId = Annotated[Code, Path(description="The item's id in the campaign's files.")]


def _answers(model: type[Any], *refusals: int) -> dict[int | str, dict[str, Any]]:
    return {200: {"model": model}, **{status: {"model": Problem} for status in refusals}}


@router.get("", summary="All campaigns", responses=_answers(CampaignList))
def list_campaigns(request: Request, service: CurrentService, viewer: Looker) -> Response:
    """All campaigns with their phases and tasks, the one that began last first."""
    with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        found = campaigns.listing(reading.connection)
        content = {"campaigns": [campaign_document(one) for one in found]}
        return json_answer(request, content, reading, private=True)


@router.get("/{code}", summary="A campaign", responses=_answers(CampaignDetail, 404, 422))
def get_campaign(
    request: Request,
    code: _Code,
    query: Annotated[AtQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """A campaign, and how far its buildings and micro-grids have come by the end of a day."""
    with open_reading(service, query.at, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        day, connection = _day(reading), reading.connection
        found = campaigns.by_code(connection, code, until=day)
        buildings = campaigns.by_building(connection, found.id, until=day)
        grids = campaigns.by_grid(connection, found.id, reading.at, until=day)
        content = {
            **campaign_document(found),
            "as_of": day.isoformat(),
            "by_building": [share_document(one) for one in buildings],
            "by_grid": [share_document(one) for one in grids],
        }
        return json_answer(request, content, reading, private=True)


@router.get(
    "/{code}/burn-down",
    summary="What is left, day by day",
    responses=_answers(BurnDown, 404, 422),
)
def get_burn_down(
    request: Request,
    code: _Code,
    query: Annotated[BurnDownQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """The items left at the end of each day beside the plan, of one `task` or of all."""
    with open_reading(service, query.at, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        day = _day(reading)
        found = campaigns.by_code(reading.connection, code)
        days = campaigns.burn_down(reading.connection, found, until=day, task=query.task)
        total = sum(one.items for one in found.tasks if query.task in (None, one.code))
        content = {
            "as_of": day.isoformat(),
            "total": total,
            "days": document(days, service.settings.zone),
        }
        return json_answer(request, content, reading, private=True)


@router.get("/{code}/items", summary="Its items", responses=_answers(ItemList, 404, 422))
def list_items(
    request: Request,
    code: _Code,
    query: Annotated[ItemsQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """Items in order of their ids; `next` is the address of the page after."""
    with open_reading(service, query.at, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        found = campaigns.by_code(reading.connection, code)
        rows = campaigns.item_listing(
            reading.connection,
            found.id,
            reading.at,
            task=query.task,
            building_id=query.building,
            grid=query.grid,
            done=query.done,
            until=_day(reading),
            after=query.after,
            limit=query.limit + 1,
        )
        return _page(request, reading, "items", rows, query, service)


@router.get("/{code}/evidence", summary="Its evidence", responses=_answers(EvidenceList, 404, 422))
def list_evidence(
    request: Request,
    code: _Code,
    query: Annotated[EvidenceQuery, Query()],
    service: CurrentService,
    viewer: Looker,
) -> Response:
    """Evidence in order of its ids, of one `item` or `building` or all."""
    with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        found = campaigns.by_code(reading.connection, code)
        rows = campaigns.evidence_listing(
            reading.connection,
            found.id,
            item=query.item,
            building_id=query.building,
            after=query.after,
            limit=query.limit + 1,
        )
        return _page(request, reading, "evidence", rows, query, service)


@router.post(
    "/{code}/items/{item_id:path}/done",
    summary="Mark an item as done",
    responses=_answers(MarkedItem, 403, 404, 413, 422),
)
def mark_done(
    code: _Code,
    item_id: _ItemId,
    body: NewMark,
    service: CurrentService,
    planner: Planner,
) -> Response:
    """Mark an item as done on a day; what was marked before stays on record."""
    when = asked_instant(body.on, service.settings.zone)
    done_on = None if when is None else when.date()
    return _mark(service, planner, code, item_id, body.note, done_on, done=True)


@router.delete(
    "/{code}/items/{item_id:path}/done",
    summary="Mark it as not done",
    responses=_answers(MarkedItem, 403, 404, 422),
)
def mark_undone(
    code: _Code, item_id: _ItemId, service: CurrentService, planner: Planner
) -> Response:
    """Mark an item as not done; what was marked before stays on record."""
    return _mark(service, planner, code, item_id, "", None, done=False)


@router.get(
    "/{code}/items/{item_id:path}",
    summary="An item",
    responses=_answers(ItemDetail, 404, 422),
)
def get_item(
    request: Request, code: _Code, item_id: _ItemId, service: CurrentService, viewer: Looker
) -> Response:
    """An item, how it was marked, by whom and when, and its evidence."""
    with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        connection, zone = reading.connection, service.settings.zone
        found = campaigns.by_code(connection, code)
        one = campaigns.item(connection, found.id, item_id, reading.at)
        content = {
            **document(one, zone),
            "marks": document(campaigns.marks(connection, found.id, item_id), zone),
            "evidence": document(
                campaigns.evidence_listing(connection, found.id, item=item_id), zone
            ),
        }
        return json_answer(request, content, reading, private=True)


def _mark(
    service: Service,
    planner: Viewer,
    code: str,
    item_id: str,
    note: str,
    done_on: date | None,
    *,
    done: bool,
) -> Response:
    zone = service.settings.zone
    with changing(service, planner, Right.PLAN) as connection:
        found = campaigns.by_code(connection, code)
        now = clock.now(connection, zone)
        day = (done_on or now.date()) if done else None
        changed = campaigns.mark(
            connection, found.id, [item_id], day, today=now.date(), author=planner.name, note=note
        )
        one = campaigns.item(connection, found.id, item_id, now)
        head = {"revision": revisions.current(connection), "changed": bool(changed)}
        return Response(
            json_bytes(head | document(one, zone)),
            media_type="application/json",
            headers={"Cache-Control": PRIVATE},
        )


def _day(reading: Reading) -> date:
    """The day whose end an answer speaks of."""
    return reading.at.date()


def _page(
    request: Request,
    reading: Reading,
    name: str,
    rows: list[Any],
    query: ItemsQuery | EvidenceQuery,
    service: Service,
) -> Response:
    """One page of rows, of which one too many was asked for."""
    page, following = rows[: query.limit], None
    if len(rows) > len(page):
        again = query.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        following = f"{request.url.path}?{urlencode({**again, 'after': page[-1].id})}"
    content = {name: document(page, service.settings.zone), "next": following}
    return json_answer(request, content, reading, private=True)
