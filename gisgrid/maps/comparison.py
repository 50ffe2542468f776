"""The map of what differs between two states: old and new borders, and the places that move."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from gisgrid.maps.columns import counts, steps, table, texts
from gisgrid.maps.grids import coverage_data
from gisgrid.maps.pack import pack, pack_deltas
from gisgrid.maps.page import BaseMap, MapText, render_page

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from gisgrid.store.comparing import Comparison
    from gisgrid.store.states import State

__all__ = ["comparison_map"]

QUANTUM: Final = 1e-6
"""Step of the coordinates in degrees, about 10 cm: a border may move by less than a metre."""

CHANGES: Final = ("new", "ended", "reshaped", "relabelled")
KINDS: Final = ("address", "hazard", "patrol", "building", "campaign_item", "facility")
LEVELS: Final = ("area", "unit", "micro", "police")
# Grids around those that differ are drawn this far, in parts of the extent.
MARGIN: Final = 0.5


def comparison_map(
    before: State,
    after: State,
    found: Comparison,
    text: MapText,
    *,
    tile_url: str | None = None,
    tile_attribution: str = "",
    nonce: str | None = None,
) -> str:
    """Return the map of a comparison as one HTML page that loads nothing.

    Parameters
    ----------
    before, after : State
        What was compared.
    found : Comparison
        What `gisgrid.store.comparing.compare` says of them.
    text : MapText
        What the head says.
    tile_url, tile_attribution : str, optional
        A base map; off by default.
    nonce : str, optional
        As in `gisgrid.maps.page.render_page`.

    Raises
    ------
    FileError
        The front-end files were not fetched.
    """
    old, new = (_shapes(state, found) for state in (before, after))
    box = _extent(np.concatenate([old, new]))
    around = _around(after, box)
    data = {
        "coverage": coverage_data(np.concatenate([around, old, new]), QUANTUM),
        "around": len(around),
        "names": [found.before, found.after],
        "grids": _grids(found.grids),
        "ground": _ground(found.ground),
        "moves": _moves(found.moves),
    }
    base = BaseMap(tile_url, tile_attribution)
    return render_page("comparison", data, text, bounds=box, base=base, nonce=nonce)


def _shapes(state: State, found: Comparison) -> NDArray[Any]:
    """The shape of each grid that differs; nothing where it is not there."""
    shapes = np.full(len(found.grids), shapely.Polygon(), dtype=object)
    for level, frame in state.frames.items():
        by_key = dict(zip(frame["key"].tolist(), frame.geometry, strict=True))
        for row in np.flatnonzero((found.grids["level"] == level).to_numpy()):
            shapes[row] = by_key.get(found.grids["key"].iloc[row], shapes[row])
    return shapes


def _extent(shapes: NDArray[Any]) -> tuple[float, float, float, float] | None:
    box = shapely.total_bounds(shapes) if len(shapes) else np.full(4, np.nan)
    west, south, east, north = (float(side) for side in box)
    return (west, south, east, north) if np.isfinite(box).all() else None


def _around(state: State, box: tuple[float, float, float, float] | None) -> NDArray[Any]:
    """The grids near what differs, micro-grids first; of the whole where nothing does."""
    frames: list[gpd.GeoDataFrame] = [state.frames[level] for level in ("micro", "unit", "area")]
    shapes = np.concatenate([frame.geometry.to_numpy(dtype=object) for frame in frames])
    if box is None:
        return shapes
    wide, high = (box[2] - box[0]) * MARGIN, (box[3] - box[1]) * MARGIN
    near = shapely.box(box[0] - wide, box[1] - high, box[2] + wide, box[3] + high)
    kept: NDArray[Any] = shapes[shapely.intersects(shapely.envelope(shapes), near)]
    return kept


def _grids(grids: pd.DataFrame) -> dict[str, Any]:
    sides = ("before", "after")
    return {
        "level": pack([LEVELS.index(level) for level in grids["level"]]),
        "change": pack([CHANGES.index(change) for change in grids["change"]]),
        "codes": [texts(grids[f"code_{side}"]) for side in sides],
        "titles": [texts(grids[f"name_{side}"]) for side in sides],
        "households": [pack(counts(grids[f"households_{side}"]) + 1) for side in sides],
        "compactness": [_hundredths(grids[f"compactness_{side}"]) for side in sides],
        "lines": [_hundredths(grids[f"on_lines_{side}"]) for side in sides],
    }


def _hundredths(values: pd.Series) -> str:
    """Ratios in hundredths and one; 0 where there is none."""
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64)
    return pack(np.where(np.isfinite(numbers), np.rint(np.nan_to_num(numbers) * 100) + 1, 0))


def _ground(ground: pd.DataFrame) -> dict[str, Any]:
    return {
        "source": texts(ground["source"]),
        "target": texts(ground["target"]),
        "area": pack(np.rint(ground["area_m2"].to_numpy(dtype=np.float64))),
        "households": pack(ground["households"].to_numpy(dtype=np.int64)),
    }


def _moves(moves: pd.DataFrame) -> dict[str, Any]:
    codes, position = table([*texts(moves["from_micro"]), *texts(moves["to_micro"])])
    places = moves[["lon", "lat"]].to_numpy(dtype=np.float64)
    return {
        "kind": pack([KINDS.index(kind) for kind in moves["kind"]]),
        "places": pack_deltas(steps(places, QUANTUM)),
        "titles": texts(moves["title"]),
        "codes": codes,
        "from": pack(position[: len(moves)]),
        "to": pack(position[len(moves) :]),
    }
