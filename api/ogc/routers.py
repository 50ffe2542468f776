"""All routes of OGC's API."""

from __future__ import annotations

from api.ogc import items, landing, matrices, tiles

__all__ = ["ROUTERS"]

ROUTERS = (landing.router, items.router, tiles.router, matrices.router)
