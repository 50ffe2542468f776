"""A patrol plan to a file: a row for each stop."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from gisgrid.files import Written, write_frame

if TYPE_CHECKING:
    from datetime import tzinfo

    from gisgrid.store.patrols import Plan

__all__ = ["write_plan"]

_TIME = "%Y-%m-%d %H:%M"


def write_plan(path: Path, plan: Plan, zone: tzinfo) -> Written:
    """Write the stops of a plan, by officer and in order.

    Parameters
    ----------
    path : Path
        The kind of file is told by its extension.
    plan : Plan
    zone : tzinfo
        Of the times.

    Raises
    ------
    FileError
        The plan has no stops, or the file cannot be written.
    """
    rows = [
        {
            "officer": stop.officer,
            "position": stop.position,
            "arrives": stop.arrives.astimezone(zone).strftime(_TIME),
            "minutes": stop.minutes,
            "patrol_point": stop.patrol_point or "",
            "name": stop.name or "建议点 suggested",
            "address": stop.address,
            "grid": stop.grid or "",
            "why": stop.why,
            "expected": round(stop.expected, 4),
            "recent": stop.recent,
            "subjects": "、".join(f"{text} {size}" for text, size in stop.subjects),
            "visited_at": ""
            if stop.visited_at is None
            else stop.visited_at.astimezone(zone).strftime(_TIME),
        }
        for stop in plan.stops
    ]
    places = [shapely.Point(stop.lon, stop.lat) for stop in plan.stops]
    return write_frame(path, gpd.GeoDataFrame(rows, geometry=places, crs="EPSG:4326"))
