"""The watch after closure over HTTP: places where a problem may come back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.answers import json_answer
from api.cases.documents import case_documents
from api.cases.reading import Worker, answers
from api.plans.bodies import ShortBody
from api.reading import open_reading
from api.service import CurrentService
from api.works.models import WatchList, WatchQuery
from gisgrid.access import Right
from gisgrid.store import cases, grids

__all__ = ["router"]

router = APIRouter(prefix="/v1/relapse-watch", tags=["cases"], route_class=ShortBody)


@router.get("", summary="Places that are watched", responses=answers(WatchList, 404, 422))
def list_watched(
    request: Request,
    query: Annotated[WatchQuery, Query()],
    service: CurrentService,
    viewer: Worker,
) -> Response:
    """Closed cases whose places are watched, those closed last first, and until when each is."""
    with open_reading(service, sight=viewer.sight(Right.WORK_CASES)) as reading:
        connection = reading.connection
        micro = None
        if query.grid is not None:
            micro = grids.by_code(connection, query.grid, reading.at)[0].id
        found = cases.watched(connection, micro=micro, limit=query.limit)
        documents = case_documents(connection, [one.case for one in found], service, viewer)
        zone = service.settings.zone
        content = {
            "watched": [
                {"until": one.until.astimezone(zone).isoformat(), "case": document}
                for one, document in zip(found, documents, strict=True)
            ]
        }
        return json_answer(request, content, reading, private=True)
