"""What lies beneath the grids of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gisgrid.maps.page import CHINA

if TYPE_CHECKING:
    from api.service import Service

__all__ = ["ground"]


def ground(service: Service) -> dict[str, Any]:
    """The country, and tiles where some are set: what a page's map begins with."""
    west, south, east, north = CHINA
    settings = service.settings
    tiles = {"url": settings.tile_url, "attribution": settings.tile_attribution}
    return {
        "country": [[south, west], [north, east]],
        "tiles": tiles if settings.tile_url else None,
    }
