"""The map of what a check found: the grids as outlines, each fault drawn and listed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gisgrid.geometry.checking import KIND_NAMES, KINDS, Checked, Finding, Level, summary
from gisgrid.maps.columns import steps
from gisgrid.maps.grids import coverage_data
from gisgrid.maps.pack import pack, pack_deltas
from gisgrid.maps.page import BaseMap, MapText, render_page
from gisgrid.maps.text import clean

__all__ = ["findings_map"]

QUANTUM: Final = 2e-7
"""Step of the coordinates in degrees, about 2 cm: faults are smaller than what other maps show."""


def findings_map(
    levels: Sequence[Level],
    checked: Checked,
    text: MapText,
    *,
    tile_url: str | None = None,
    tile_attribution: str = "",
    nonce: str | None = None,
) -> str:
    """Return the map of findings as one HTML page that loads nothing.

    Parameters
    ----------
    levels : sequence of Level
        What was checked, in WGS 84 degrees.
    checked : Checked
        What was found.
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
    grids = _drawable([shape for level in levels for shape in level.polygons])
    faults = _drawable([one.shape for one in checked.findings])
    every = np.concatenate([grids, faults])
    data = {
        "coverage": coverage_data(every, QUANTUM),
        "grids": len(grids),
        "kinds": [[kind, *KIND_NAMES[kind]] for kind in KINDS],
        "findings": _columns(checked.findings),
        "summary": [[clean(zh), clean(en)] for zh, en in summary(checked)],
    }
    return render_page(
        "findings",
        data,
        text,
        bounds=_bounds(every, checked.findings),
        base=BaseMap(tile_url, tile_attribution),
        nonce=nonce,
    )


def _drawable(shapes: Sequence[BaseGeometry | None]) -> NDArray[Any]:
    """Polygons with coordinates as they are; nothing in the place of all else."""
    out = np.full(len(shapes), None, dtype=object)
    out[:] = shapes
    solid = np.isin(shapely.get_type_id(out), (3, 6))
    solid &= np.isfinite(shapely.bounds(out)).all(axis=1)
    out[~solid] = shapely.Polygon()
    return out


def _columns(findings: Sequence[Finding]) -> dict[str, Any]:
    nowhere = [one.place is None for one in findings]
    places = np.array([one.place or (0.0, 0.0) for one in findings], dtype=np.float64)
    return {
        "kind": pack([KINDS.index(one.kind) for one in findings]),
        "error": pack([one.severity == "error" for one in findings]),
        "nowhere": pack(nowhere),
        "places": pack_deltas(steps(places.reshape(-1, 2), QUANTUM)),
        "codes": [[clean(code) for code in one.codes] for one in findings],
        "zh": [clean(one.message_zh) for one in findings],
        "en": [clean(one.message_en) for one in findings],
    }


def _bounds(
    shapes: NDArray[Any], findings: Sequence[Finding]
) -> tuple[float, float, float, float] | None:
    """West, south, east, north of all that is drawn, or None where there is nothing."""
    west, south, east, north = shapely.total_bounds(shapes)
    if np.isfinite(west):
        return float(west), float(south), float(east), float(north)
    points = [one.place for one in findings if one.place is not None]
    if not points:
        return None
    lon, lat = zip(*points, strict=True)
    return min(lon), min(lat), max(lon), max(lat)
