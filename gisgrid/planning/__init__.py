"""Drawing grids: what differs between two states of a coverage, and where."""

from gisgrid.planning.boxes import changed_boxes
from gisgrid.planning.changes import GridChanges, compare_grids
from gisgrid.planning.ground import Ground, moved_ground
from gisgrid.planning.measures import polsby_popper, share_on_lines

__all__ = [
    "GridChanges",
    "Ground",
    "changed_boxes",
    "compare_grids",
    "moved_ground",
    "polsby_popper",
    "share_on_lines",
]
