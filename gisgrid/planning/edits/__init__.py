"""Redrawing grids so that a coverage stays a coverage: no gap, no overlap, on any level.

An edit takes a `Stack` of grids and gives back what changes (`Redrawn`); nothing else is touched.
Existing borders keep their coordinates to the last bit: a drawn line gets one new vertex where it
crosses one, and that vertex goes into the border on both sides and on every level.
"""

from gisgrid.planning.edits.buildings import Building, move_buildings
from gisgrid.planning.edits.moving import change_parent, merge, move_border, move_part
from gisgrid.planning.edits.noding import SNAP_M
from gisgrid.planning.edits.painting import paint
from gisgrid.planning.edits.soundness import MIN_WIDTH_M
from gisgrid.planning.edits.splitting import Weigh, cut_out, split
from gisgrid.planning.edits.stack import Added, Box, Redrawn, Stack, box_round
from gisgrid.planning.edits.vertices import move_vertex

__all__ = [
    "MIN_WIDTH_M",
    "SNAP_M",
    "Added",
    "Box",
    "Building",
    "Redrawn",
    "Stack",
    "Weigh",
    "box_round",
    "change_parent",
    "cut_out",
    "merge",
    "move_border",
    "move_buildings",
    "move_part",
    "move_vertex",
    "paint",
    "split",
]
