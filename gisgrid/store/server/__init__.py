"""A PostgreSQL + PostGIS of gisgrid's own, run from the system's binaries."""

from __future__ import annotations

from gisgrid.store.server.backup import backup, restore
from gisgrid.store.server.binaries import Binaries, find_binaries, require_supported
from gisgrid.store.server.cluster import PrivateServer, ServerStatus

__all__ = [
    "Binaries",
    "PrivateServer",
    "ServerStatus",
    "backup",
    "find_binaries",
    "require_supported",
    "restore",
]
