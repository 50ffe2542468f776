"""Kinds of facilities, and the category of the case that each brings when it is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

__all__ = ["FACILITY_KINDS", "FacilityKind"]


@dataclass(frozen=True)
class FacilityKind:
    """A kind of facility.

    Attributes
    ----------
    code : str
    zh, en : str
        What it is called.
    category : str
        The category of the cases that spring from it.
    """

    code: str
    zh: str
    en: str
    category: str


_KINDS: Final = (
    FacilityKind("drying-area", "公共晾晒区", "shared drying area", "repair"),
    FacilityKind("bicycle-shed", "非机动车棚(充电)", "bicycle shed with charging", "repair"),
    FacilityKind("ramp", "无障碍坡道", "ramp", "repair"),
    FacilityKind("fire-equipment", "消防器材", "fire equipment", "fire-equipment"),
    FacilityKind("smoke-alarm", "烟感报警器", "smoke alarm", "fire-equipment"),
    FacilityKind("fire-station", "微型消防站", "micro fire station", "fire-equipment"),
    FacilityKind("camera", "监控探头", "camera", "repair"),
    FacilityKind("light", "照明", "light", "missing-lighting"),
    FacilityKind("door", "楼道门", "stairwell door", "broken-door"),
    FacilityKind("meter-box", "电表箱", "meter box", "repair"),
)

FACILITY_KINDS: Final[Mapping[str, FacilityKind]] = MappingProxyType(
    {one.code: one for one in _KINDS}
)
