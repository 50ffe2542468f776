"""Planners who draw in QGIS: a database role each, and the layers of the plans they share."""

from __future__ import annotations

from gisgrid.store.planners.layers import LAYER_LEVELS, layers_of
from gisgrid.store.planners.roles import role_of
from gisgrid.store.planners.sharing import (
    Planner,
    add,
    listing,
    remove,
    share,
    sharers,
    unshare,
)

__all__ = [
    "LAYER_LEVELS",
    "Planner",
    "add",
    "layers_of",
    "listing",
    "remove",
    "role_of",
    "share",
    "sharers",
    "unshare",
]
