"""Micro-grids proposed: contiguous, of 300 to 500 households, along the lines that divide.

Ground is cut into cells, one for each building, by streets, rivers and walls and half-way between
buildings. METIS divides the graph of cells in many ways; of all the grids that come up, HiGHS
chooses those that together take every cell once and cost least.
"""

from gisgrid.planning.proposals.cells import Cells, cut_into_cells
from gisgrid.planning.proposals.ground import (
    LINE_WEIGHTS,
    Ground,
    Homes,
    Lines,
    Present,
    Range,
)
from gisgrid.planning.proposals.proposing import Progress, propose, propose_on_cells
from gisgrid.planning.proposals.values import Measures, Miss, Proposal

__all__ = [
    "LINE_WEIGHTS",
    "Cells",
    "Ground",
    "Homes",
    "Lines",
    "Measures",
    "Miss",
    "Present",
    "Progress",
    "Proposal",
    "Range",
    "cut_into_cells",
    "propose",
    "propose_on_cells",
]
