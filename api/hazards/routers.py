"""All routes of hazards."""

from __future__ import annotations

from api.hazards import listing, tiles

__all__ = ["ROUTERS"]

ROUTERS = (listing.router, tiles.router)
