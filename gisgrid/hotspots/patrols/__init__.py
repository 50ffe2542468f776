"""Patrols: which stops cover most of what is to be expected, when, by whom and in which order.

Also how far homes are from the nearest patrol point ("the last hundred metres").
"""

from __future__ import annotations

from gisgrid.hotspots.patrols.cover import Cover, greedy_cover, quick_cover
from gisgrid.hotspots.patrols.duty import Duty, Team
from gisgrid.hotspots.patrols.exact import exact_cover
from gisgrid.hotspots.patrols.forcing import turn
from gisgrid.hotspots.patrols.last_metres import Gap, gaps, nearest_metres
from gisgrid.hotspots.patrols.planning import Ground, Patrol, Stop, Why, plan_patrol
from gisgrid.hotspots.patrols.reach import Reach, reach_within
from gisgrid.hotspots.patrols.routes import path_metres, shortest_path

__all__ = [
    "Cover",
    "Duty",
    "Gap",
    "Ground",
    "Patrol",
    "Reach",
    "Stop",
    "Team",
    "Why",
    "exact_cover",
    "gaps",
    "greedy_cover",
    "nearest_metres",
    "path_metres",
    "plan_patrol",
    "quick_cover",
    "reach_within",
    "shortest_path",
    "turn",
]
