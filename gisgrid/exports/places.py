"""Places of one kind, with the codes of their grids, to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import shapely

from gisgrid.files import Batch, Written, write_frame
from gisgrid.store import grids
from gisgrid.store.coverages import level_index
from gisgrid.store.places import stream
from gisgrid.store.tables import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    import pandas as pd
    from sqlalchemy import Connection

    from gisgrid.locate import Owners

__all__ = ["export_places"]


def export_places(
    connection: Connection,
    path: Path,
    *,
    kind: str,
    at: datetime,
    past: bool = False,
    crs: str = "wgs84",
) -> Written:
    """Write all places of a kind that are not confidential, in bounded memory.

    Parameters
    ----------
    connection : Connection
    path : Path
        The kind of file is told by its extension.
    kind : str
        ``address``, ``hazard`` or ``patrol``.
    at : datetime
        When the grids are meant.
    past : bool
        Whether ``at`` is another time than now: the owners are then found by the boundaries of
        that time, for the places know only their present ones.
    crs : str
        As in `gisgrid.geometry.crs`.
    """
    codes = {grid.id: grid.code for grid in grids.listing(connection, at)}
    index = level_index(connection, at) if past else None

    def batches() -> Iterator[Batch]:
        row = 1
        for frame, points in stream(connection, kind):
            owners = index.owners(*shapely.get_coordinates(points).T) if index else None
            yield Batch(row, _named(frame, codes, owners), points)
            row += len(frame)

    return write_frame(path, batches(), crs=crs)


def _named(frame: pd.DataFrame, codes: dict[int, str], owners: Owners | None) -> pd.DataFrame:
    """The frame with codes for owner ids, and with the owners of another time if given."""
    for level in LEVELS:
        stored = frame.pop(f"{level}_id")
        ids = stored if owners is None else owners.ids(level).tolist()
        frame[level] = [codes.get(grid_id) for grid_id in ids]
    return frame if owners is None else frame.assign(on_border=owners.border)
