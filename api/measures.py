"""``/v1/measures``: what was found, solved, late and unanswered in a period, as JSON or CSV."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.answers import answer, json_answer
from api.parameters import Instant
from api.people.models import answers
from api.reading import Reading, asked_instant, open_reading
from api.service import CurrentService, Service
from api.viewers import Measurer
from gisgrid.access import Right
from gisgrid.exports.measures import measures_csv, measures_document
from gisgrid.store.measures import Measures, measure

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["measures"])

_CSV: Final = "text/csv; charset=utf-8"
# A spreadsheet takes a file for UTF-8 only when it begins with this mark.
_MARK: Final = b"\xef\xbb\xbf"
_LAST_DAYS: Final = timedelta(days=30)


class MeasuresQuery(BaseModel):
    """The parameters of measures."""

    model_config = ConfigDict(extra="forbid")

    since: Annotated[Instant, Field(alias="from")] = None
    until: Annotated[Instant, Field(alias="to")] = None
    by: Annotated[Literal["grid", "department", "category"], Field(description="The rows.")] = (
        "grid"
    )
    level: Annotated[
        Literal["area", "unit", "micro", "police"], Field(description="Of the grids.")
    ] = "area"
    format: Literal["json", "csv"] = "json"


class MeasureItem(BaseModel):
    """A measure and its definition."""

    code: str
    zh: str
    en: str
    unit: Literal["count", "share", "hours", "mark"]
    means_zh: str
    means_en: str


class MeasuredItem(BaseModel):
    """The figures of one row; null where there is nothing to measure."""

    model_config = ConfigDict(extra="allow")

    key: str = Field(description="Code of the grid, the department or the group of categories.")
    name_zh: str
    name_en: str
    found: int
    fixed: int
    solved_in_place: int
    found_first: int
    share_found_first: float | None
    reported: int
    closed: int
    called: int
    reported_in: int
    late_report_in: int
    report_in_median_h: float | None
    report_in_p90_h: float | None
    overdue: int
    reopened: int
    no_reply: int
    passed_on: int
    rating: float | None


class MeasuresAnswer(BaseModel):
    """Measures of a period with their definitions."""

    model_config = ConfigDict(populate_by_name=True)

    revision: int
    since: Annotated[str, Field(alias="from")]
    until: Annotated[str, Field(alias="to", description="Not part of the period.")]
    by: str
    level: str
    measures: list[MeasureItem]
    total: MeasuredItem
    rows: list[MeasuredItem]


_BOTH: Final[dict[int | str, dict[str, Any]]] = answers(MeasuresAnswer, 422) | {
    200: {
        "model": MeasuresAnswer,
        "content": {"text/csv": {"schema": {"type": "string"}}},
        "description": "Measures",
    }
}


@router.get("/measures", summary="Figures of a period", responses=_BOTH)
def get_measures(
    request: Request,
    query: Annotated[MeasuresQuery, Query()],
    service: CurrentService,
    viewer: Measurer,
) -> Response:
    """What happened in `[from, to)` within one's scope: the last 30 days without them.

    Every measure comes with its definition. Tips are counted for those alone who may see them.
    """
    with open_reading(service, sight=viewer.sight(Right.MEASURE)) as reading:
        told = _measured(reading, query, service)
        if query.format == "csv":
            body = _MARK + measures_csv(told).encode()
            found = answer(request, body, reading.revision, media_type=_CSV, private=True)
            found.headers["Content-Disposition"] = 'attachment; filename="measures.csv"'
            return found
        content = measures_document(told, service.settings.zone)
        return json_answer(request, content, reading, private=True)


def _measured(reading: Reading, query: MeasuresQuery, service: Service) -> Measures:
    zone = service.settings.zone
    # Whole days, so that the same question has the same answer for a while.
    tomorrow = reading.at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    until = asked_instant(query.until, zone) or tomorrow
    return measure(
        reading.connection,
        asked_instant(query.since, zone) or until - _LAST_DAYS,
        until,
        by=query.by,
        level=query.level,
        discoverers=service.settings.discoverers,
    )
