"""Facilities: what was put up for residents, and when it expires or has to be seen to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gisgrid.sample.plane import IntArray

__all__ = ["HONGDE", "draw_facilities"]

HONGDE: Final = "310114106046"
"""The unit whose residents argued about clothes lines until a drying area was made."""

_LAST: Final = date(2024, 9, 15)


@dataclass(frozen=True)
class _Kind:
    """How many there are in the district and in each building of the market.

    ``years`` since the oldest was put up, for how many years one lasts, and the days from upkeep
    to upkeep; None where it does not expire, or is not looked after by the calendar.
    """

    kind: str
    name: str
    district: int
    market: int
    years: float
    lasts: int | None = None
    every: int | None = None


_KINDS: Final = (
    _Kind("fire-equipment", "灭火器", 160, 3, 9.0, lasts=10),
    _Kind("smoke-alarm", "烟感", 20, 3, 0.4, lasts=8),
    _Kind("bicycle-shed", "充电车棚", 60, 0, 3.0, every=365),
    _Kind("drying-area", "晾晒区", 20, 0, 2.0, every=180),
    _Kind("ramp", "坡道", 40, 0, 6.0),
    _Kind("camera", "监控", 30, 1, 0.4),
    _Kind("light", "路灯", 40, 2, 0.4),
    _Kind("door", "楼道门", 0, 1, 0.4),
    _Kind("meter-box", "电表箱", 0, 1, 0.3),
    _Kind("fire-station", "微型消防站", 12, 0, 3.0),
)


def draw_facilities(
    addresses: gpd.GeoDataFrame,
    market: pd.Series[str],
    hongde: shapely.Geometry,
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Facilities at the doors of the district, more of them in its market.

    Parameters
    ----------
    addresses : GeoDataFrame
        ``address``, ``building_id``, points in EPSG:4326.
    market : Series of str
        Ids of the market's buildings.
    hongde : Polygon
        The unit `HONGDE`.

    Returns
    -------
    GeoDataFrame
        ``id``, ``kind``, ``name``, ``installed_on`` (date), ``expires_on`` (date or None),
        ``upkeep_every_days`` (Int64), points in EPSG:4326.
    """
    everywhere = np.arange(len(addresses))
    doors = addresses.index.get_indexer(addresses.drop_duplicates("building_id").index)
    inside = doors[addresses["building_id"].iloc[doors].isin(market).to_numpy()]
    parts = [
        _drawn(kind, np.r_[np.repeat(inside, kind.market), _some(everywhere, kind, rng)], rng)
        for kind in _KINDS
    ]
    there = int(np.flatnonzero(shapely.contains(hongde, addresses.geometry.to_numpy()))[0])
    frame = pd.concat([*parts, _hongde(there)], ignore_index=True)
    at = frame.pop("at").to_numpy()
    text = addresses["address"].to_numpy(dtype=object)[at]
    frame["name"] = [f"{place}{name}" for place, name in zip(text, frame["name"], strict=True)]
    frame.insert(0, "id", [f"F{k:06d}" for k in range(1, len(frame) + 1)])
    points = addresses.geometry.to_numpy()[at]
    return gpd.GeoDataFrame(frame, geometry=points, crs="EPSG:4326")


def _some(everywhere: IntArray, kind: _Kind, rng: np.random.Generator) -> IntArray:
    return np.sort(rng.choice(everywhere, kind.district, replace=False))


def _drawn(kind: _Kind, at: IntArray, rng: np.random.Generator) -> pd.DataFrame:
    days = rng.integers(0, int(kind.years * 365), len(at))
    installed = [_LAST - timedelta(days=int(one)) for one in days]
    expires = [None if kind.lasts is None else _later(one, kind.lasts) for one in installed]
    return pd.DataFrame(
        {
            "at": at,
            "kind": kind.kind,
            "name": kind.name,
            "installed_on": pd.Series(installed, dtype=object),
            "expires_on": pd.Series(expires, dtype=object),
            "upkeep_every_days": pd.array([kind.every] * len(at), dtype="Int64"),
        }
    )


def _hongde(at: int) -> pd.DataFrame:
    """The shared drying area that a deliberation brought."""
    return pd.DataFrame(
        {
            "at": [at],
            "kind": "drying-area",
            "name": "洪德四坊共享晾晒区",
            "installed_on": pd.Series([date(2024, 8, 1)], dtype=object),
            "expires_on": pd.Series([None], dtype=object),
            "upkeep_every_days": pd.array([180], dtype="Int64"),
        }
    )


def _later(day: date, years: int) -> date:
    return day.replace(year=day.year + years, day=min(day.day, 28))
