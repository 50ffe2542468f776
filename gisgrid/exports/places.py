"""Places of one kind, with the codes of their grids, to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import shapely

from gisgrid.files import Batch, Written, write_frame
from gisgrid.store import grids
from gisgrid.store.coverages import level_index
from gisgrid.store.places import exported_columns, stream
from gisgrid.store.tables import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from gisgrid.locate import Owners

__all__ = ["KINDS", "export_places"]

KINDS = ("address", "hazard", "patrol")


def export_places(
    connection: Connection,
    path: Path,
    *,
    kind: str | None,
    at: datetime,
    past: bool = False,
    crs: str = "wgs84",
) -> Written:
    """Write all places, or those of one kind, that are not confidential, in bounded memory.

    Parameters
    ----------
    connection : Connection
    path : Path
        The kind of file is told by its extension.
    kind : str or None
        ``address``, ``hazard`` or ``patrol``; without it all three, told apart by a column.
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
        for one in (kind,) if kind else KINDS:
            for frame, points in stream(connection, one):
                owners = index.owners(*shapely.get_coordinates(points).T) if index else None
                named = _named(frame, codes, owners)
                yield Batch(row, named if kind else _widened(named, one), points)
                row += len(frame)

    return write_frame(path, batches(), crs=crs)


def _widened(frame: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The frame of one kind with the columns of all, and a column that names the kind."""
    own = {name: whole for one in KINDS for name, whole in exported_columns(one).items()}
    wide = frame.reindex(columns=["id", *own, *LEVELS])
    # Every batch must have the same types, also where a kind lacks a column.
    for name, whole in own.items():
        if name == "on_border":
            continue
        if isinstance(wide[name].dtype, pd.DatetimeTZDtype):
            wide[name] = [None if pd.isna(one) else one.isoformat() for one in wide[name]]
        wide[name] = wide[name].astype("Int64" if whole else "string")
    wide.insert(0, "kind", kind)
    return wide


def _named(frame: pd.DataFrame, codes: dict[int, str], owners: Owners | None) -> pd.DataFrame:
    """The frame with codes for owner ids, and with the owners of another time if given."""
    for level in LEVELS:
        stored = frame.pop(f"{level}_id")
        ids = stored if owners is None else owners.ids(level).tolist()
        frame[level] = [codes.get(grid_id) for grid_id in ids]
    return frame if owners is None else frame.assign(on_border=owners.border)
