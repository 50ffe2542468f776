"""One unit of a plan, near enough to draw in: its ground, its cells, and how its grids stand."""

from gisgrid.store.units.cells import UnitCells, unit_cells
from gisgrid.store.units.ground import UnitGround, unit_ground
from gisgrid.store.units.proposing import redraw_of
from gisgrid.store.units.standing import GridStanding, unit_standing

__all__ = [
    "GridStanding",
    "UnitCells",
    "UnitGround",
    "redraw_of",
    "unit_cells",
    "unit_ground",
    "unit_standing",
]
