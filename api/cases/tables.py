"""The tables behind cases: what they can be about, and which steps there are."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.access import CurrentViewer
from api.answers import SHARED, json_bytes
from api.cases.models import CategoryList, StageTable
from gisgrid.cases.categories import GROUPS, categories
from gisgrid.cases.stages import OPEN, STEPS, Stage

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["cases"])


@router.get(
    "/categories", summary="What cases can be about", responses={200: {"model": CategoryList}}
)
def list_categories(viewer: CurrentViewer) -> Response:
    """All categories with their clocks, in the order in which they are offered."""
    found = [
        {
            "code": one.code,
            "group": one.group,
            "group_zh": GROUPS[one.group][0],
            "group_en": GROUPS[one.group][1],
            "name_zh": one.name_zh,
            "name_en": one.name_en,
            "severity": one.severity,
            "report_in": str(one.report_in),
            "close": str(one.close),
            "hazard": one.hazard,
        }
        for one in categories().values()
    ]
    return _answer({"categories": found})


@router.get("/stages", summary="The steps of a case", responses={200: {"model": StageTable}})
def list_stages(request: Request, viewer: CurrentViewer) -> Response:
    """The stages, and the one table of the steps between them."""
    stages = [
        {"stage": one.value, "zh": one.zh, "en": one.en, "open": one in OPEN} for one in Stage
    ]
    steps = [
        {
            "action": one.action,
            "zh": one.zh,
            "en": one.en,
            "sources": [stage.value for stage in Stage if stage in one.sources],
            "to": one.to.value if one.to else None,
            "right": one.right.value if one.right else None,
            "doers": list(one.doers),
            "reason": one.reason,
            "told": one.told,
            "allowed": one.right is not None and viewer.may(one.right),
        }
        for one in STEPS.values()
    ]
    return _answer({"stages": stages, "steps": steps})


def _answer(content: dict[str, object]) -> Response:
    headers = {"Cache-Control": SHARED}
    return Response(json_bytes(content), media_type="application/json", headers=headers)
