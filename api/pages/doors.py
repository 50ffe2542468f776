"""Which pages there are, and whom each is for: what leads from page to page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse

from api.pages.rendering import page_answer, render, two
from gisgrid.access import Right, Viewer

__all__ = ["DOORS", "Door", "doors_for", "doors_part", "page_for"]


@dataclass(frozen=True)
class Door:
    """A page that others lead to.

    Attributes
    ----------
    path : str
    zh, en : str
        What the link says.
    right : Right or None
        Without which the page is refused; None: it is open.
    """

    path: str
    zh: str
    en: str
    right: Right | None


DOORS: Final = (
    Door("/report", "上报问题", "Report", None),
    Door("/today", "今日", "Today", Right.WORK_CASES),
    Door("/board", "案件", "Cases", Right.WORK_CASES),
    Door("/dashboard", "指标", "Measures", Right.MEASURE),
    Door("/facilities", "设施", "Facilities", Right.SEE_PLACES),
    Door("/hazards", "隐患", "Hazards", Right.SEE_PLACES),
    Door("/patrols", "巡逻", "Patrols", Right.SEE_PLACES),
    Door("/maps/campaign", "攻坚", "Campaign", Right.SEE_PLACES),
    Door("/maps/grids", "网格图", "Grids", Right.RESOLVE),
    Door("/planner", "画网格", "Planner", Right.SEE_PLACES),
    Door("/addresses", "地址", "Addresses", Right.DECIDE_ADDRESSES),
    Door("/docs", "接口", "API", None),
)


def doors_for(viewer: Viewer) -> list[Door]:
    """The pages that a viewer may open."""
    return [door for door in DOORS if door.right is None or viewer.may(door.right)]


def page_for(
    request: Request, viewer: Viewer, name: str, /, *, status: int = 200, **content: Any
) -> HTMLResponse:
    """A page whose head leads to the others that its viewer may open."""
    ways = _ways(viewer, request.url.path)
    return page_answer(request, name, status=status, **ways, **content)


def doors_part(viewer: Viewer, here: str) -> str:
    """What a head has of them alone, for pages that are drawn elsewhere."""
    return render("doors.html", two=two, **_ways(viewer, here))


def _ways(viewer: Viewer, here: str) -> dict[str, Any]:
    return {
        "doors": doors_for(viewer),
        "here": here,
        "account": viewer.account,
        "is_stranger": not viewer.grants,
    }
