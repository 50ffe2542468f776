"""Which pages there are, and whom each is for: what leads from page to page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gisgrid.access import Right, Viewer

__all__ = ["DOORS", "Door", "doors_for"]


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
