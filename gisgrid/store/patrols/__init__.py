"""Patrols on record: planned, visited, and how near they come to homes."""

from __future__ import annotations

from gisgrid.store.patrols.asking import PatrolRequest, tonight
from gisgrid.store.patrols.beneath import Beneath, around, ground_of
from gisgrid.store.patrols.choices import categories, grounds
from gisgrid.store.patrols.making import make
from gisgrid.store.patrols.points import PatrolPoint, patrol_points
from gisgrid.store.patrols.reaching import Near, gap_frame, near_by_grid
from gisgrid.store.patrols.records import Plan, PlannedStop, Summary, by_id, listing
from gisgrid.store.patrols.visiting import Done, Visit, done, record

__all__ = [
    "Beneath",
    "Done",
    "Near",
    "PatrolPoint",
    "PatrolRequest",
    "Plan",
    "PlannedStop",
    "Summary",
    "Visit",
    "around",
    "by_id",
    "categories",
    "done",
    "gap_frame",
    "ground_of",
    "grounds",
    "listing",
    "make",
    "near_by_grid",
    "patrol_points",
    "record",
    "tonight",
]
