"""Random edits, drawn as a planner might: most can be made, some are refused."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import mapping
from sqlalchemy import Engine

from gisgrid.store import drafts

Asked = tuple[str, dict[str, Any]]


def random_edit(engine: Engine, plan: int, rng: np.random.Generator) -> Asked:
    """An edit of a plan as it is."""
    level = str(rng.choice(["micro", "micro", "micro", "unit"]))
    with engine.connect() as connection:
        grids = drafts.frame(connection, plan, level)
    shapes = grids.geometry.to_numpy(dtype=object)
    codes = grids["code"].tolist()
    one = int(rng.integers(len(codes)))
    near = shapely.STRtree(shapes).query(shapes[one], predicate="touches")
    other = int(rng.choice(near)) if len(near) else one
    along = {"with_parents": bool(rng.integers(2))}
    kind = str(rng.choice(list(_WAYS)))
    return kind, _WAYS[kind](grids, codes[one], codes[other], level, rng, along)


def _split(grids: Any, one: str, other: str, level: str, rng: Any, along: Any) -> dict[str, Any]:
    shape = _shape(grids, one)
    middle = np.array(shape.representative_point().coords[0])
    angle = rng.uniform(0, np.pi)
    reach = 0.02 * np.array([np.cos(angle), np.sin(angle)])
    line = shapely.LineString([middle - reach, middle + reach])
    return {"code": one, "line": mapping(line)}


def _merge(grids: Any, one: str, other: str, level: str, rng: Any, along: Any) -> dict[str, Any]:
    return {"codes": [one, other], **along}


def _part(grids: Any, one: str, other: str, level: str, rng: Any, along: Any) -> dict[str, Any]:
    place = _on_border(grids, one, other, rng)
    part = place.buffer(rng.uniform(2e-4, 1e-3), quad_segs=2)
    return {"source": one, "target": other, "polygon": mapping(part), **along}


def _border(grids: Any, one: str, other: str, level: str, rng: Any, along: Any) -> dict[str, Any]:
    border = _shared(grids, one, other)
    if border.geom_type != "LineString":
        border = shapely.LineString([(121.0, 31.0), (121.1, 31.1)])
    points = np.array(border.coords)[[0, len(border.coords) // 2, -1]]
    points[1] += rng.uniform(-3e-4, 3e-4, 2)
    return {"one": one, "other": other, "line": mapping(shapely.LineString(points)), **along}


def _vertex(grids: Any, one: str, other: str, level: str, rng: Any, along: Any) -> dict[str, Any]:
    points = shapely.get_coordinates(_shared(grids, one, other))
    old = points[len(points) // 2] if len(points) else np.array([121.0, 31.0])
    return {
        "level": level,
        "old": list(old),
        "new": list(old + rng.uniform(-1e-5, 1e-5, 2)),
        **along,
    }


def _cut(grids: Any, one: str, other: str, level: str, rng: Any, along: Any) -> dict[str, Any]:
    polygon = _on_border(grids, one, other, rng).buffer(rng.uniform(3e-4, 1e-3), cap_style="square")
    return {"level": level, "polygon": mapping(polygon), "name": "市场", **along}


def _parent(grids: Any, one: str, other: str, level: str, rng: Any, along: Any) -> dict[str, Any]:
    parent = grids.set_index("code").at[other, "parent"]
    return {"code": one, "parent": parent or one, **along}


def _rename(grids: Any, one: str, other: str, level: str, rng: Any, along: Any) -> dict[str, Any]:
    return {"code": one, "name": f"名{rng.integers(100)}"}


def _recode(grids: Any, one: str, other: str, level: str, rng: Any, along: Any) -> dict[str, Any]:
    return {"code": one, "new_code": f"R{rng.integers(1000)}"}


def _special(grids: Any, one: str, other: str, level: str, rng: Any, along: Any) -> dict[str, Any]:
    return {"code": one, "special": bool(rng.integers(2))}


_WAYS = {
    "split": _split,
    "merge": _merge,
    "move-part": _part,
    "move-border": _border,
    "move-vertex": _vertex,
    "cut-out": _cut,
    "set-parent": _parent,
    "rename": _rename,
    "recode": _recode,
    "set-special": _special,
}


def _shape(grids: gpd.GeoDataFrame, code: str) -> Any:
    return grids.set_index("code").geometry[code]


def _shared(grids: gpd.GeoDataFrame, one: str, other: str) -> Any:
    """The border between two grids, in one line where it is one."""
    shared = shapely.intersection(_shape(grids, one), _shape(grids, other))
    return shapely.line_merge(shared) if shared.geom_type.endswith("LineString") else shared


def _on_border(grids: gpd.GeoDataFrame, one: str, other: str, rng: Any) -> Any:
    points = shapely.get_coordinates(_shared(grids, one, other))
    return shapely.Point(points[rng.integers(len(points))])
