"""Made-up events: crowds about Shanghai, and lone ones far to the north."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gisgrid.geometry.tiling import Tile, to_world
from gisgrid.hotspots.density.events import Events

CENTRE = (121.23, 31.36)
KINDS = 5
BEGIN = 1_700_000_000.0
YEAR = 31_557_600.0


@dataclass(frozen=True)
class Crowd:
    """Events as arrays, for oracles that know nothing of their order."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    kind: NDArray[np.int64]
    seconds: NDArray[np.float64]

    @property
    def events(self) -> Events:
        return Events.of(self.lon, self.lat, self.kind, self.seconds)


def crowd(count: int, seed: int = 1, *, spread: float = 0.01) -> Crowd:
    """Events about ten places, a tenth of them without a time."""
    rng = np.random.default_rng(seed)
    middles = rng.normal(CENTRE, 3 * spread, (10, 2))
    places = middles[rng.integers(0, 10, count)] + rng.normal(0, spread, (count, 2))
    seconds = BEGIN + rng.uniform(0, YEAR, count)
    seconds[rng.random(count) < 0.1] = np.nan
    return Crowd(places[:, 0], places[:, 1], rng.integers(0, KINDS, count), seconds)


def tile_at(lon: float, lat: float, zoom: int) -> Tile:
    """The tile that holds a place."""
    column, row = (to_world(np.array([[lon, lat]]))[0] * 2**zoom).astype(int).tolist()
    return Tile(zoom, column, row)
