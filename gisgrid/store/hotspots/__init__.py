"""Hot spots of what is on record, by grid or by hexagon."""

from __future__ import annotations

from gisgrid.store.hotspots.finding import HotSpots, Method, find_hot_spots
from gisgrid.store.hotspots.placing import HEXAGON, Place, Places
from gisgrid.store.hotspots.repeating import NearRepeats, find_near_repeats
from gisgrid.store.hotspots.tracking import STEPS, EmergingSpots, Step, find_emerging

__all__ = [
    "HEXAGON",
    "STEPS",
    "EmergingSpots",
    "HotSpots",
    "Method",
    "NearRepeats",
    "Place",
    "Places",
    "Step",
    "find_emerging",
    "find_hot_spots",
    "find_near_repeats",
]
