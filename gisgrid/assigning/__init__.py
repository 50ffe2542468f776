"""Files to files: every point with the grid that owns it, in one process or many."""

from gisgrid.assigning.answering import Tally
from gisgrid.assigning.boundaries import BoundaryLayer, Coverage, read_coverage
from gisgrid.assigning.pointfile import PointFile
from gisgrid.assigning.running import AssignReport, assign, assign_points

__all__ = [
    "AssignReport",
    "BoundaryLayer",
    "Coverage",
    "PointFile",
    "Tally",
    "assign",
    "assign_points",
    "read_coverage",
]
