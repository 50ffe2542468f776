"""Rivers, roads and walls that grids lie on both sides of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gisgrid.planning.edits.plane import Plane

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from gisgrid.planning.proposals.ground import Ground

__all__ = ["Crossings"]

# A line follows a border that is no further away (metres).
_BESIDE_M: Final = 0.5

# Less is where a line begins at a border (metres).
_LEAST_M: Final = 1.0


class Crossings:
    """The lines inside a ground, to measure what grids leave of them within.

    Parameters
    ----------
    ground : Ground
    """

    def __init__(self, ground: Ground) -> None:
        west, south = shapely.bounds(ground.region)[:2].tolist()
        self._plane = Plane((west, south))
        self._inside: dict[str, BaseGeometry] = {}
        classes = np.array(ground.lines.classes, dtype=object)
        near = shapely.intersects(ground.lines.shapes, ground.region)
        for name in sorted(set(classes[near])):
            lines = shapely.union_all(ground.lines.shapes[near & (classes == name)])
            inside = shapely.intersection(lines, ground.region)
            self._inside[name] = shapely.transform(inside, self._plane.flat)

    def metres(self, grids: NDArray[np.object_]) -> dict[str, float]:
        """Metres along lines of each class inside of grids, ends that hang in the air too."""
        flat = shapely.transform(shapely.boundary(grids), self._plane.flat)
        borders = shapely.buffer(shapely.union_all(flat), _BESIDE_M, quad_segs=2)
        found = {
            name: float(shapely.length(shapely.difference(lines, borders)))
            for name, lines in self._inside.items()
        }
        return {name: round(metres, 1) for name, metres in found.items() if metres > _LEAST_M}
