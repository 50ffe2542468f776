"""Maps: frames in, one HTML page out, drawn by Leaflet through folium, loading nothing."""

from __future__ import annotations

from gisgrid.maps.campaign import campaign_map
from gisgrid.maps.grids import grids_map
from gisgrid.maps.hazards import HazardView, hazards_map
from gisgrid.maps.page import MapText

__all__ = [
    "HazardView",
    "MapText",
    "campaign_map",
    "grids_map",
    "hazards_map",
]
