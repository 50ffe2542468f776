"""Drawing grids: what differs between two states of a coverage."""

from gisgrid.planning.changes import GridChanges, changed_area, compare_grids

__all__ = ["GridChanges", "changed_area", "compare_grids"]
