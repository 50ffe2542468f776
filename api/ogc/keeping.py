"""What the routes of OGC keep in memory: all of it made from boundaries, none from places."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from api.keeping import Kept

if TYPE_CHECKING:
    from api.ogc.boundaries import Boundaries
    from api.ogc.drawing import Drawing, MadeTile
    from api.ogc.writing import Writer

__all__ = ["KeptForOgc"]

_STATES = 3
_WRITERS = 6
_DRAWINGS = 8
# A tile is some tens of kilobytes at most zooms.
_TILES = 2_048


@dataclass(frozen=True)
class KeptForOgc:
    """Each value is kept under the revision and the date that it was made from.

    Attributes
    ----------
    boundaries : Kept
        The grids of all levels.
    writers : Kept
        Grids as GeoJSON, by level and coordinate system.
    drawings : Kept
        Simplified grids, by zoom.
    tiles : Kept
        By level and place.
    """

    boundaries: Kept[Boundaries] = field(default_factory=lambda: Kept(_STATES))
    writers: Kept[Writer] = field(default_factory=lambda: Kept(_WRITERS))
    drawings: Kept[Drawing] = field(default_factory=lambda: Kept(_DRAWINGS))
    tiles: Kept[MadeTile] = field(default_factory=lambda: Kept(_TILES))
