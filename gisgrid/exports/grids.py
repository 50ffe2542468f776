"""Grids of one level, or of all, to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from gisgrid.errors import NotFound
from gisgrid.files import Written, write_frame
from gisgrid.store.coverages import coverage_frame
from gisgrid.store.tables import LEVELS

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

__all__ = ["export_grids"]

_COLUMNS = ("level", "code", "name", "parent", "special", "households", "valid_from", "geometry")


def export_grids(
    connection: Connection, path: Path, *, level: str | None, at: datetime, crs: str = "wgs84"
) -> Written:
    """Write the grids that are valid at an instant.

    Parameters
    ----------
    connection : Connection
    path : Path
        The kind of file is told by its extension.
    level : str or None
        One level, or all of them.
    at : datetime
    crs : str
        As in `gisgrid.geometry.crs`.

    Raises
    ------
    NotFound
        There are no grids then.
    """
    frames = [
        coverage_frame(connection, name, at).assign(level=name)
        for name in LEVELS
        if level in (None, name)
    ]
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        raise NotFound("there are no grids of this level at that time", where=level or "all levels")
    whole = pd.concat(frames, ignore_index=True)[list(_COLUMNS)]
    whole["valid_from"] = [moment.isoformat() for moment in whole["valid_from"]]
    return write_frame(path, whole, crs=crs)
