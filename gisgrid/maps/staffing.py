"""The map of staffing: micro-grids that lack grid members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gisgrid.maps.columns import QUANTUM, bounds_of, counts, need, steps, texts
from gisgrid.maps.grids import coverage_data, label_points, simplified
from gisgrid.maps.pack import pack, pack_deltas
from gisgrid.maps.page import BaseMap, MapText, render_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas

    from gisgrid.store.people import Strength

__all__ = ["staffing_map"]


def staffing_map(
    micros: geopandas.GeoDataFrame,
    above: Sequence[Strength],
    text: MapText,
    *,
    per_micro: int = 3,
    tile_url: str | None = None,
    tile_attribution: str = "",
    nonce: str | None = None,
) -> str:
    """Return the map of where grid members are missing as one HTML page that loads nothing.

    Parameters
    ----------
    micros : GeoDataFrame
        Micro-grids: code, name, parent_name, have, missing, geometry in EPSG:4326.
    above : sequence of Strength
        The areas, or other grids that the panel lists.
    text : MapText
        What the head says.
    per_micro : int
        Members that are wanted in a micro-grid.
    tile_url, tile_attribution : str, optional
        A base map; off by default.
    nonce : str, optional
        As in `gisgrid.maps.page.render_page`.

    Raises
    ------
    ColumnError, CrsError
        A frame is not as described.
    FileError
        The front-end files were not fetched.
    """
    need(micros, ("code", "name", "parent_name", "have", "missing"), "micro-grids")
    shapes = simplified({"micro": micros.geometry.to_numpy()})["micro"]
    data: dict[str, Any] = {
        "wanted": per_micro,
        "coverage": coverage_data(np.asarray(shapes, dtype=object)),
        "codes": texts(micros["code"]),
        "names": texts(micros["name"]),
        "parents": texts(micros["parent_name"]),
        "have": pack(np.maximum(counts(micros["have"]), 0)),
        "missing": pack(np.maximum(counts(micros["missing"]), 0)),
        "anchors": pack_deltas(steps(label_points(shapes), QUANTUM)),
        "above": [
            {"name": name, "wanted": one.wanted, "have": one.have, "missing": one.missing}
            for name, one in zip(texts([one.name for one in above]), above, strict=True)
        ],
    }
    return render_page(
        "staffing",
        data,
        text,
        bounds=bounds_of([micros]),
        base=BaseMap(tile_url, tile_attribution),
        nonce=nonce,
    )
