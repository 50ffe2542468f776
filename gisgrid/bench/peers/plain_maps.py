"""The plain way to a heat map: folium's plugin for a file, numpy and scipy for a tile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import folium
import numpy as np
from folium.plugins import HeatMap
from scipy.ndimage import gaussian_filter

from gisgrid.bench.hazard_scene import BEGIN
from gisgrid.geometry.tiling import to_world

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from gisgrid.bench.hazard_scene import Hazards
    from gisgrid.geometry.tiling import Tile

__all__ = ["FOLIUM", "NUMPY", "PlainTiles", "folium_page"]

FOLIUM: Final = "folium"
NUMPY: Final = "numpy"

_SIDE: Final = 256
_EQUATOR_M: Final = 40_075_016.7
_CATEGORIES: Final = ("fire", "security", "city")


def folium_page(hazards: pd.DataFrame) -> str:
    """A page with folium's heat map, which loads its scripts from elsewhere."""
    found = folium.Map(location=[hazards["lat"].mean(), hazards["lon"].mean()], zoom_start=11)
    heat: Any = HeatMap
    heat(hazards[["lat", "lon"]].to_numpy().tolist()).add_to(found)
    page: str = found.get_root().render()
    return page


class PlainTiles:
    """All hazards as arrays; a tile is a histogram of those in and near it, blurred."""

    def __init__(self, hazards: Hazards) -> None:
        self._world = to_world(np.column_stack([hazards.lon, hazards.lat]))
        self._hazards = hazards
        self._shrink = float(np.cos(np.radians(hazards.lat.mean())))

    def draw(
        self, tile: Tile, category: str, since: pd.Timestamp, radius_m: float
    ) -> NDArray[np.float64]:
        """The density of a tile, in events a pixel."""
        pixel_m = _EQUATOR_M * self._shrink / 2**tile.zoom / _SIDE
        sigma = radius_m / 2 / pixel_m
        margin = int(np.ceil(3 * sigma))
        x, y = (self._world * 2**tile.zoom - (tile.column, tile.row)).T * _SIDE
        wanted = self._hazards.category == _CATEGORIES.index(category)
        wanted &= self._hazards.second >= (since - BEGIN).total_seconds()
        ends = np.arange(-margin, _SIDE + margin + 1)
        counts = np.histogram2d(y[wanted], x[wanted], bins=(ends, ends))[0]
        blurred = gaussian_filter(counts, sigma, truncate=3, mode="constant")
        return np.asarray(blurred[margin : margin + _SIDE, margin : margin + _SIDE])
