"""A file of points, with the grids that own them beside each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from gisgrid.errors import ColumnError
from gisgrid.files import Batch, open_source, require_columns, write_frame
from gisgrid.locate import NESTED_LEVELS
from gisgrid.points.positions import points
from gisgrid.points.sieve import Sieve, require_crs
from gisgrid.store import grids
from gisgrid.store.coverages import level_index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from gisgrid.geometry.crs import Crs
    from gisgrid.locate import LevelIndex
    from gisgrid.points.progress import Progress

__all__ = ["resolve_file"]

_POINT: Final = ("lon", "lat")
_ANSWER: Final = ("status", *NESTED_LEVELS, "error")


def resolve_file(
    connection: Connection,
    path: Path,
    output: Path,
    *,
    crs: str | None,
    at: datetime,
    progress: Progress,
) -> int:
    """Write the rows of a CSV again with status, area, unit, micro and error, in the same order.

    A row whose point cannot be read keeps its place and says why under ``error``.

    Parameters
    ----------
    connection : Connection
    path, output : Path
        ``path`` has the columns ``lon`` and ``lat``.
    crs : str or None
        Must be stated, for a CSV says nothing.
    at : datetime
        Whose boundaries answer.
    progress : callable

    Returns
    -------
    int
        Rows written.
    """
    index = level_index(connection, at)
    codes = {grid.id: grid.code for grid in grids.listing(connection, at)}
    with open_source(path, crs=crs) as source:
        frame_crs = require_crs(source, at=_POINT)
        require_columns(source, list(_POINT))
        taken = [name for name in _ANSWER if name in source.columns]
        if taken:
            raise ColumnError(
                f"there is a column {taken[0]!r} already, which the answer would replace",
                where=str(path),
                fix="rename it",
            )

        def batches() -> Iterator[Batch]:
            done = 0
            for batch in source.batches():
                yield Batch(batch.first_row, _resolved(batch, frame_crs, index, codes))
                done += len(batch)
                progress(done, source.rows)

        return write_frame(output, batches()).rows


def _resolved(batch: Batch, crs: Crs, index: LevelIndex, codes: dict[int, str]) -> pd.DataFrame:
    sieve = Sieve(batch)
    lon, lat = points(batch, sieve, crs, _POINT)
    owners = index.owners(np.where(sieve.good, lon, np.nan), np.where(sieve.good, lat, np.nan))
    frame = batch.frame.copy()
    frame["status"] = owners.statuses()
    for level in NESTED_LEVELS:
        frame[level] = [codes.get(grid_id) for grid_id in owners.ids(level).tolist()]
    frame.loc[~sieve.good, "status"] = "error"
    frame["error"] = sieve.reasons()
    return frame
