"""The grids of one state of the boundaries, held in memory for items and tiles."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from gisgrid.store.coverages import coverage_frame
from gisgrid.store.features import GRID_KINDS
from gisgrid.store.tables import LEVELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from api.reading import Reading
    from api.service import Service

__all__ = ["Boundaries", "Layer", "kept_boundaries"]


@dataclass(frozen=True)
class Layer:
    """The grids of one level, ordered by code.

    Attributes
    ----------
    codes : sequence of str
    ids : ndarray of int64
    shapes : ndarray of shapely MultiPolygon
        Degrees, longitude first.
    bounds : ndarray of float64, shape (n, 4)
    properties : mapping of name to sequence
        As features say them: times as text.
    """

    codes: Sequence[str]
    ids: NDArray[np.int64]
    shapes: NDArray[Any]
    bounds: NDArray[np.float64]
    properties: Mapping[str, Sequence[Any]]

    @classmethod
    def read(cls, reading: Reading, level: str) -> Layer:
        """The grids of a level that a snapshot shows."""
        frame = coverage_frame(reading.connection, level, reading.at)
        shapes = frame.geometry.to_numpy(dtype=object)
        frame["households"] = frame["households"].astype(object)
        properties = {name: frame[name].tolist() for name in GRID_KINDS}
        zone = reading.at.tzinfo
        properties["households"] = [_known(one) for one in frame["households"]]
        properties["valid_from"] = [
            one.astimezone(zone).isoformat() for one in properties["valid_from"]
        ]
        ids = frame["id"].to_numpy(dtype=np.int64)
        return cls(properties["code"], ids, shapes, shapely.bounds(shapes), properties)

    def after(self, code: str) -> int:
        """The position of the first grid whose code comes later."""
        return bisect_right(self.codes, code)

    def at(self, code: str) -> list[int]:
        """The position of a code; empty where no grid has it."""
        place = self.after(code) - 1
        return [place] if place >= 0 and self.codes[place] == code else []

    def in_boxes(self, boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which grids share a point with a box; boxes have shape (n, 4), in degrees."""
        found = np.zeros(len(self.codes), dtype=bool)
        for box in boxes:
            west, south, east, north = self.bounds.T
            near = (west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1])
            inside = (west >= box[0]) & (east <= box[2]) & (south >= box[1]) & (north <= box[3])
            found |= inside
            rest = np.flatnonzero(near & ~found)
            found[rest] = shapely.intersects(self.shapes[rest], shapely.box(*box))
        return found


@dataclass(frozen=True)
class Boundaries:
    """All levels of one state."""

    revision: int
    layers: Mapping[str, Layer]


def kept_boundaries(service: Service, reading: Reading) -> Boundaries:
    """The boundaries that a snapshot shows, read once for each revision and date."""

    def read() -> Boundaries:
        return Boundaries(reading.revision, {name: Layer.read(reading, name) for name in LEVELS})

    key = (reading.revision, reading.asked)
    return service.ogc.boundaries.get(key, read)


def _known(households: Any) -> int | None:
    return households if isinstance(households, int) else None
