"""A file of points or addresses, with the grids that own them beside each."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from gisgrid.errors import ColumnError, InputError
from gisgrid.exports.resolved_addresses import ADDRESS, ANSWER, AddressAnswers
from gisgrid.files import Batch, open_source, require_columns, write_frame
from gisgrid.geometry.crs import WGS84, Crs
from gisgrid.locate import NESTED_LEVELS
from gisgrid.points.positions import points
from gisgrid.points.sieve import Sieve, require_crs
from gisgrid.store import grids
from gisgrid.store.coverages import level_index

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from gisgrid.locate import LevelIndex
    from gisgrid.points.progress import Progress

__all__ = ["resolve_file"]

_POINT: Final = ("lon", "lat")
_ANSWER: Final[tuple[str, ...]] = ("status", *NESTED_LEVELS, "error")


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

    A row whose point cannot be read keeps its place and says why under ``error``. Addresses in
    words get score, matched, lon and lat too: `AddressAnswers`.

    Parameters
    ----------
    connection : Connection
    path, output : Path
        ``path`` has the columns ``lon`` and ``lat``, or ``address``.
    crs : str or None
        Must be stated of points, for a CSV says nothing.
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
        if ADDRESS in source.columns and not set(_POINT) <= set(source.columns):
            _require_wgs84(crs)
            answer, columns = ANSWER, [ADDRESS]
            resolved = AddressAnswers(connection, index, codes).answered
        else:
            answer, columns = _ANSWER, list(_POINT)
            resolved = partial(
                _resolved, crs=require_crs(source, at=_POINT), index=index, codes=codes
            )
        require_columns(source, columns)
        taken = [name for name in answer if name in source.columns]
        if taken:
            raise ColumnError(
                f"there is a column {taken[0]!r} already, which the answer would replace",
                where=str(path),
                fix="rename it",
            )

        def batches() -> Iterator[Batch]:
            done = 0
            for batch in source.batches():
                yield Batch(batch.first_row, resolved(batch))
                done += len(batch)
                progress(done, source.rows)

        return write_frame(output, batches()).rows


def _require_wgs84(crs: str | None) -> None:
    """Points of standard addresses are written in WGS 84, whatever else is asked for."""
    if crs is not None and Crs.parse(crs) != WGS84:
        raise InputError(
            "addresses are answered in wgs84",
            where=f"--crs {crs}",
            fix=f"leave --crs out, or give the columns {' and '.join(_POINT)}",
        )


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
