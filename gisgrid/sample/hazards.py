"""Hazards: what was found, where it gathers, when, by whom, and when it was put right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gisgrid.sample.plane import FloatArray, GeometryArray, IntArray, plane_to_degrees

__all__ = ["COUNTS", "FIRST_DAY", "LAST_DAY", "Places", "draw_hazards"]

COUNTS = {"fire": 23_000, "security": 9_420, "city": 1_340, "tip": 37}

_ZONE = ZoneInfo("Asia/Shanghai")
FIRST_DAY = datetime(2023, 3, 15, tzinfo=_ZONE)
LAST_DAY = datetime(2024, 9, 15, tzinfo=_ZONE)
_DAY = 86_400.0
_NAN = float("nan")


@dataclass(frozen=True)
class Places:
    """Where hazards can gather, in plane metres.

    ``homes`` ``(n, 2)`` doors with their ``households`` and ``micro`` row; ``streets`` ``(m, 2)``
    points along named roads; ``market`` ``(k, 2)`` doors of the market; ``district`` in degrees.
    """

    homes: FloatArray
    households: IntArray
    micro: IntArray
    streets: FloatArray
    market: FloatArray
    district: GeometryArray


@dataclass(frozen=True)
class _Kind:
    subject: str
    weight: float
    description: str
    severity: tuple[float, float, float]


_KINDS: dict[str, tuple[_Kind, ...]] = {
    "fire": (
        _Kind("堵塞消防通道", 24, "车辆或杂物占用消防通道", (0.1, 0.5, 0.4)),
        _Kind("私拉电线", 22, "从楼上飞线为电动自行车充电", (0.1, 0.4, 0.5)),
        _Kind("楼道堆物", 34, "楼道内堆放纸箱等可燃物", (0.5, 0.4, 0.1)),
        _Kind("防盗窗", 6, "防盗窗封闭逃生窗口", (0.2, 0.6, 0.2)),
        _Kind("消防设施缺失", 10, "灭火器过期或缺失", (0.3, 0.5, 0.2)),
        _Kind("无证废品回收点", 4, "院内堆放大量废旧物品", (0.1, 0.5, 0.4)),
    ),
    "security": (
        _Kind("僵尸车", 26, "长期停放无人使用的车辆", (0.7, 0.25, 0.05)),
        _Kind("照明缺失", 20, "夜间照明缺失", (0.5, 0.4, 0.1)),
        _Kind("矛盾纠纷", 24, "邻里矛盾需要调解", (0.4, 0.4, 0.2)),
        _Kind("烧烤摊夜间扰序", 22, "夜间烧烤摊饮酒滋事", (0.2, 0.5, 0.3)),
        _Kind("门禁损坏", 8, "楼道门禁损坏", (0.6, 0.3, 0.1)),
    ),
    "city": (
        _Kind("无证设摊", 28, "道路旁无证设摊", (0.6, 0.3, 0.1)),
        _Kind("占绿毁绿", 16, "公共绿地被占用种菜", (0.6, 0.3, 0.1)),
        _Kind("跨门经营", 24, "商铺跨门经营占用人行道", (0.7, 0.2, 0.1)),
        _Kind("绿化带停车", 14, "车辆停放在绿化带上", (0.7, 0.2, 0.1)),
        _Kind("乱扔垃圾", 12, "垃圾散落未清理", (0.7, 0.2, 0.1)),
        _Kind("绿化带晾晒", 6, "在绿化带拉绳晾晒", (0.8, 0.15, 0.05)),
    ),
    "tip": (
        _Kind("地下游戏室线索", 40, "疑似地下游戏室，待核实", (0.0, 0.4, 0.6)),
        _Kind("治安线索", 60, "群众提供的治安线索，待核实", (0.1, 0.5, 0.4)),
    ),
}

_ORIGINS: dict[str, tuple[tuple[str, ...], tuple[float, ...]]] = {
    "fire": (("patrol", "resident", "police_call", "courier"), (0.74, 0.2, 0.03, 0.03)),
    "security": (("patrol", "resident", "police_call", "courier"), (0.5, 0.2, 0.27, 0.03)),
    "city": (("patrol", "resident", "courier"), (0.6, 0.37, 0.03)),
    "tip": (("tip",), (1.0,)),
}


def _home_risk(places: Places, rng: np.random.Generator) -> FloatArray:
    """Chance of each door: its households times a luck that its micro-grid shares."""
    luck = rng.gamma(0.9, 1.0, int(places.micro.max()) + 1)
    weight = places.households * luck[places.micro] * rng.gamma(1.2, 1.0, len(places.homes))
    risk: FloatArray = weight / weight.sum()
    return risk


def _near(points: FloatArray, spread: float, rng: np.random.Generator) -> FloatArray:
    moved: FloatArray = points + rng.normal(0, spread, points.shape)
    return moved


def _positions(
    category: str, subject: NDArray[np.str_], places: Places, stalls: FloatArray, risk: FloatArray,
    rng: np.random.Generator,
) -> FloatArray:  # fmt: skip
    """A position for each hazard; the plain choice is a door, by its risk."""
    count = len(subject)
    homes = places.homes[rng.choice(len(places.homes), count, p=risk)]
    xy = _near(homes, 9.0, rng)
    if category in ("fire", "security"):
        share = 0.035 if category == "fire" else 0.012
        here = rng.random(count) < share
        xy[here] = _near(places.market[rng.integers(0, len(places.market), here.sum())], 12.0, rng)
    barbecue = subject == "烧烤摊夜间扰序"
    xy[barbecue] = _near(stalls[rng.integers(0, len(stalls), barbecue.sum())], 55.0, rng)
    if category == "city":
        street = subject != "占绿毁绿"
        xy[street] = _near(
            places.streets[rng.integers(0, len(places.streets), street.sum())], 5, rng
        )
    return xy


def _inside(xy: FloatArray, fallback: FloatArray, district: GeometryArray) -> FloatArray:
    """Degrees of each position; one that strayed out of the district goes to its fallback."""
    lonlat = np.round(plane_to_degrees(xy), 7)
    spare = np.round(plane_to_degrees(fallback), 7)
    region = shapely.union_all(district)
    shapely.prepare(region)
    out = ~shapely.contains_xy(region, lonlat[:, 0], lonlat[:, 1])
    lonlat[out] = spare[out]
    return lonlat


def _found_seconds(subject: NDArray[np.str_], rng: np.random.Generator) -> FloatArray:
    """Seconds after the start: more as the pilot grows; barbecue trouble on summer nights."""
    days = (LAST_DAY - FIRST_DAY).days
    count = len(subject)
    day = np.floor(rng.power(1.25, count) * days)
    hour = np.clip(rng.normal(14, 3.6, count), 6.5, 22.0)
    barbecue = subject == "烧烤摊夜间扰序"
    summer = np.where(rng.random(count) < 0.35, 78, 78 + 366) + rng.integers(0, 92, count)
    day[barbecue] = np.where(rng.random(count) < 0.85, summer, day)[barbecue]
    hour[barbecue] = np.where(rng.random(count) < 0.85, rng.normal(22.2, 0.8, count), hour)[
        barbecue
    ].clip(17, 23.9)
    seconds: FloatArray = day.clip(0, days - 1) * _DAY + np.floor(hour * 60) * 60
    return seconds


def _category(
    category: str, places: Places, stalls: FloatArray, risk: FloatArray, rng: np.random.Generator
) -> pd.DataFrame:
    kinds = _KINDS[category]
    count = COUNTS[category]
    chance = np.array([kind.weight for kind in kinds])
    pick = rng.choice(len(kinds), count, p=chance / chance.sum())
    subject = np.array([kind.subject for kind in kinds])[pick]
    ladder = np.array([kind.severity for kind in kinds]).cumsum(axis=1)[pick]
    severity = 1 + (rng.random(count)[:, None] > ladder[:, :2]).sum(axis=1)
    xy = _positions(category, subject, places, stalls, risk, rng)
    fallback = places.homes[rng.choice(len(places.homes), count, p=risk)]
    lonlat = _inside(xy, fallback, places.district)
    found = _found_seconds(subject, rng)
    took = rng.gamma(1.3, 3.2, count) * _DAY + 1200
    took[(severity == 3) | (rng.random(count) < 0.3)] /= 12
    end = (LAST_DAY - FIRST_DAY).days * _DAY
    fixed = np.where(found + took < end, found + np.round(took), _NAN)
    names, shares = _ORIGINS[category]
    return pd.DataFrame(
        {
            "category": category,
            "subject": subject,
            "severity": severity.astype(np.int64),
            "state": np.where(np.isnan(fixed), "open", "fixed"),
            "origin": rng.choice(names, count, p=shares),
            "found_at": _times(found),
            "fixed_at": _times(fixed),
            "confidential": category == "tip",
            "description": np.array([kind.description for kind in kinds])[pick],
            "geometry": shapely.points(lonlat),
        }
    )


def _times(seconds: FloatArray) -> pd.Series[pd.Timestamp]:
    return pd.Series(pd.Timestamp(FIRST_DAY) + pd.to_timedelta(seconds, unit="s"))


def draw_hazards(places: Places, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Draw the hazards of eighteen months, by category and time.

    Parameters
    ----------
    places : Places
    rng : numpy.random.Generator

    Returns
    -------
    geopandas.GeoDataFrame
        Columns as :class:`gisgrid.sample.District` lists them; ``COUNTS`` rows per category.
    """
    risk = _home_risk(places, rng)
    stalls = _near(places.homes[rng.choice(len(places.homes), 26, p=risk)], 40.0, rng)
    frames = [_category(name, places, stalls, risk, rng) for name in COUNTS]
    frame = pd.concat([f.sort_values("found_at", kind="stable") for f in frames], ignore_index=True)
    frame.insert(0, "id", [f"H{i:06d}" for i in range(1, len(frame) + 1)])
    return gpd.GeoDataFrame(frame, geometry="geometry", crs="EPSG:4326")
