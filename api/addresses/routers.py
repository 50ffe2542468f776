"""The routers of addresses."""

from __future__ import annotations

from api.addresses import aliases, looking, reviews

__all__ = ["ROUTERS"]

ROUTERS = (looking.router, aliases.router, reviews.router)
