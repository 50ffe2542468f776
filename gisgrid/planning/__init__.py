"""Drawing grids: what differs between two states of a coverage, and where."""

from gisgrid.planning.boxes import changed_boxes
from gisgrid.planning.changes import GridChanges, compare_grids

__all__ = ["GridChanges", "changed_boxes", "compare_grids"]
