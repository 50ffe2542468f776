"""Places of one kind, with the codes of their grids, to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gisgrid.files import Batch, Written, write_frame
from gisgrid.store.places import stream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

__all__ = ["export_places"]


def export_places(
    connection: Connection, path: Path, *, kind: str, at: datetime, crs: str = "wgs84"
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
        Whose codes the grids are called by; the owners are today's.
    crs : str
        As in `gisgrid.geometry.crs`.
    """

    def batches() -> Iterator[Batch]:
        row = 1
        for frame, points in stream(connection, kind, at):
            yield Batch(row, frame, points)
            row += len(frame)

    return write_frame(path, batches(), crs=crs)
