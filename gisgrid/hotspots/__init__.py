"""Where trouble gathers, whether that is more than chance, and where patrols should go.

Arrays in, arrays out: nothing here knows a database, a file or a page.
"""

from __future__ import annotations

from gisgrid.hotspots.discovery import adjusted, benjamini_hochberg
from gisgrid.hotspots.emerging import Emerging, emerging
from gisgrid.hotspots.local import LocalMoran, LocalStatistic, getis_ord, local_moran
from gisgrid.hotspots.near_repeat import NearRepeat, near_repeat
from gisgrid.hotspots.neighbours import contiguity, hexagon_neighbours, within_distance
from gisgrid.hotspots.rates import comparable_rates, local_rates, steadied_rates
from gisgrid.hotspots.trends import Trend, mann_kendall

__all__ = [
    "Emerging",
    "LocalMoran",
    "LocalStatistic",
    "NearRepeat",
    "Trend",
    "adjusted",
    "benjamini_hochberg",
    "comparable_rates",
    "contiguity",
    "emerging",
    "getis_ord",
    "hexagon_neighbours",
    "local_moran",
    "local_rates",
    "mann_kendall",
    "near_repeat",
    "steadied_rates",
    "within_distance",
]
