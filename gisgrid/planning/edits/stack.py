"""The grids that an edit works on, and what it gives back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gisgrid.errors import NotFound

__all__ = ["LEVELS", "Added", "Box", "Redrawn", "Stack", "box_round"]

LEVELS = ("area", "unit", "micro")
"""The nested levels, from the coarsest to the finest."""

Box = tuple[float, float, float, float]

# About a metre, in degrees: nothing that an edit snaps to lies further outside its box.
_MARGIN = 1e-5


@dataclass(frozen=True)
class Stack:
    """Grids of the nested levels, all of them or those near an edit.

    Attributes
    ----------
    shapes : mapping of level to mapping of key to Polygon or MultiPolygon
        Valid, EPSG:4326. Neighbours of a level, and grids of the levels above and below, share
        the vertices of the borders that they share.
    parents : mapping of key to key or None
        The grid one level above.
    names : mapping of key to str
        What errors call a grid; its key where there is none.
    """

    shapes: Mapping[str, Mapping[int, BaseGeometry]]
    parents: Mapping[int, int | None]
    names: Mapping[int, str] = field(default_factory=dict)

    def level_of(self, key: int) -> str:
        """The level of a grid.

        Raises
        ------
        NotFound
            No level has that key.
        """
        for level, grids in self.shapes.items():
            if key in grids:
                return level
        raise NotFound(f"there is no grid {self.name(key)} here", fix="choose a grid of the plan")

    def shape(self, key: int) -> BaseGeometry:
        """The shape of a grid; NotFound as in `level_of`."""
        return self.shapes[self.level_of(key)][key]

    def name(self, key: int) -> str:
        """What errors call a grid."""
        return self.names.get(key, str(key))

    def near(self, box: Box) -> Stack:
        """The grids whose boxes meet a box (west, south, east, north, degrees)."""
        return Stack(
            {level: _meeting(grids, box) for level, grids in self.shapes.items()},
            self.parents,
            self.names,
        )


@dataclass(frozen=True)
class Added:
    """A grid that an edit makes, and that needs a key.

    Attributes
    ----------
    level : str
    shape : Polygon or MultiPolygon
    parent : int or None
        Key of the grid above it.
    from_key : int
        The grid that most of its ground came from.
    children : tuple of int
        Keys of the grids one level below that come under it.
    """

    level: str
    shape: BaseGeometry
    parent: int | None
    from_key: int
    children: tuple[int, ...] = ()


@dataclass(frozen=True)
class Redrawn:
    """What an edit changes.

    Attributes
    ----------
    changed : mapping of key to Polygon or MultiPolygon
        Grids whose shape differs, be it by a single vertex that a neighbour, a grid above or a
        grid below got on its border. One that was a MultiPolygon stays one.
    added : tuple of Added
    removed : tuple of int
        Keys of the grids that end.
    parents : mapping of key to key or None
        New parents of grids that stay; those that come under an added grid stand there.
    """

    changed: Mapping[int, BaseGeometry]
    added: tuple[Added, ...] = ()
    removed: tuple[int, ...] = ()
    parents: Mapping[int, int | None] = field(default_factory=dict)


def box_round(shapes: Iterable[BaseGeometry]) -> Box:
    """The box that says which grids an edit needs.

    Parameters
    ----------
    shapes : iterable of shapely geometries
        The grids that the edit names and what is drawn for it; for `cut_out` the grids of its
        level whose boxes meet the polygon's; for `move_vertex` those that meet the old place.

    Returns
    -------
    (west, south, east, north)
        In degrees. An edit needs the grids of every level whose boxes meet it, and the parents
        of those that it names.
    """
    west, south, east, north = map(float, shapely.total_bounds(np.array([*shapes], dtype=object)))
    return west - _MARGIN, south - _MARGIN, east + _MARGIN, north + _MARGIN


def _meeting(grids: Mapping[int, BaseGeometry], box: Box) -> dict[int, BaseGeometry]:
    keys, shapes = [*grids], np.array([*grids.values()], dtype=object)
    west, south, east, north = shapely.bounds(shapes).reshape(-1, 4).T
    meets = (west <= box[2]) & (east >= box[0]) & (south <= box[3]) & (north >= box[1])
    return {keys[k]: shapes[k] for k in np.flatnonzero(meets).tolist()}
