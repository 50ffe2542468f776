"""A honeycomb as a district in a database: micro-grids, and units and areas made of them."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gisgrid.store import clock, plans
from gisgrid.store.coverages import coverage_frame
from gisgrid.store.publish import publish

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from gisgrid.bench.honeycomb import Coverage

__all__ = ["IN_AREA", "IN_UNIT", "nested_frames", "publish_nested", "rename_units"]

# Micro-grids of a unit and of an area, one after the other.
IN_UNIT, IN_AREA = 20, 200
# Names as long as real ones make answers as long as real ones.
_NAMES: Final = {
    "area": "某某镇街道办事处",
    "unit": "某某新村社区居民委员会",
    "micro": "某某第几微网格",
    "police": "某某派出所",
}


def publish_nested(engine: Engine, coverage: Coverage) -> None:
    """Publish a coverage as the micro-grids of a district, under the codes that it has.

    Parameters
    ----------
    engine : Engine
        On a database that is set up and empty.
    coverage : Coverage
    """
    for level, frame in nested_frames(coverage).items():
        with engine.begin() as connection:
            plan_id = plans.add(connection, name=f"bench {level}", level=level, frame=frame)
            publish(connection, plan_id, overlap_tolerance_m2=1.0)


def nested_frames(coverage: Coverage) -> dict[str, gpd.GeoDataFrame]:
    """The grids of each level, as plans take them."""
    numbers = np.arange(len(coverage))
    shapes = {
        "area": _joined(coverage, numbers // IN_AREA),
        "unit": _joined(coverage, numbers // IN_UNIT),
        "micro": coverage.polygons,
        "police": _joined(coverage, numbers // IN_AREA),
    }
    parents = {
        "unit": [_code("area", unit * IN_UNIT // IN_AREA) for unit in range(len(shapes["unit"]))],
        "micro": [_code("unit", number // IN_UNIT) for number in numbers.tolist()],
    }
    frames = {}
    for level, polygons in shapes.items():
        codes = (
            list(coverage.codes)
            if level == "micro"
            else [_code(level, number) for number in range(len(polygons))]
        )
        frames[level] = _frame(level, codes, parents.get(level), polygons)
    return frames


def rename_units(engine: Engine, word: str) -> int:
    """Publish new names for all units; the revision that begins."""
    with engine.begin() as connection:
        frame = coverage_frame(connection, "unit", clock.now(connection, UTC))
        frame["name"] = [f"{word}{code}" for code in frame["code"]]
        plan_id = plans.add(connection, name=word, level="unit", frame=frame)
        return publish(connection, plan_id, overlap_tolerance_m2=1.0).revision


def _joined(coverage: Coverage, group: Any) -> Any:
    """The union of each group of neighbouring polygons."""
    cuts = np.flatnonzero(np.diff(group)) + 1
    parts = np.split(coverage.polygons, cuts)
    return np.array([shapely.coverage_union_all(part) for part in parts], dtype=object)


def _code(level: str, number: int) -> str:
    return f"{level[0].upper()}{number:07d}"


def _frame(
    level: str, codes: list[str], parents: list[str] | None, polygons: Any
) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "code": codes,
            "name": [f"{_NAMES[level]}{code[1:]}" for code in codes],
            "parent": parents if parents else None,
            "special": False,
            "households": pd.array([400] * len(codes), dtype="Int64"),
        },
        geometry=polygons,
        crs="EPSG:4326",
    )
