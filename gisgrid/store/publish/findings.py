"""What a publish makes of the ground around it: the checks, on what changed and its neighbours."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gisgrid.errors import PublishBlocked
from gisgrid.geometry.checking import (
    Checked,
    Finding,
    Level,
    check_level,
    check_nesting,
    joined,
    worsened,
)
from gisgrid.store.coverages import coverage_frame
from gisgrid.store.parents import PARENT_LEVEL
from gisgrid.store.tables import LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from gisgrid.geometry.checking import Tolerances

    # West, south, east and north of each changed grid, by level.
    Boxes = Mapping[str, NDArray[np.float64]]

__all__ = ["new_findings"]

# The finest difference between two instants that the record keeps.
_TICK: Final = timedelta(microseconds=1)


def new_findings(
    connection: Connection,
    at: datetime,
    boxes: Boxes,
    tolerances: Tolerances,
    *,
    reasons: Mapping[str, str],
) -> tuple[Finding, ...]:
    """What is wrong around changed grids from an instant on, and was not just before it.

    Parameters
    ----------
    connection : Connection
        The changes are written.
    at : datetime
        From when they hold.
    boxes : mapping of level to ndarray of float64, shape (n, 4)
        Of the changed grids as they were and as they are, EPSG:4326.
    tolerances : Tolerances
    reasons : mapping of code to str
        Why a grid may have another number of households.

    Raises
    ------
    PublishBlocked
        One of them is an error.
    """
    before, after = (
        _around(connection, moment, boxes, tolerances, reasons) for moment in (at - _TICK, at)
    )
    found = worsened(before, after)
    errors = [one for one in found if one.severity == "error"]
    if errors:
        first = errors[0]
        raise PublishBlocked(
            f"{len(errors)} errors; the first: {first.message_en}",
            where="" if first.place is None else "lon {:.6f}, lat {:.6f}".format(*first.place),
            fix="mend the boundaries; nothing was published",
        )
    return found


def _around(
    connection: Connection,
    at: datetime,
    boxes: Boxes,
    tolerances: Tolerances,
    reasons: Mapping[str, str],
) -> Checked:
    """Check the changed grids and their neighbours, and how they lie in the levels about them."""
    parts = []
    for name in LEVELS:
        above = PARENT_LEVEL.get(name)
        own = boxes.get(name)
        pair = [boxes[level] for level in (name, above) if level is not None and level in boxes]
        if not pair:
            continue
        parents = None if above is None else _level(connection, above, at, np.vstack(pair))
        if own is not None:
            level = _level(connection, name, at, own)
            parts.append(check_level(level, tolerances, parents=parents, reasons=reasons))
        if parents is not None and len(parents.codes):
            # All that a parent holds, for one that lacks a child is not filled.
            family = np.vstack([*pair, _bounds(parents)])
            children = _level(connection, name, at, family)
            parts.append(check_nesting(children, parents, tolerances))
    return joined(parts, tolerances)


def _level(connection: Connection, name: str, at: datetime, near: NDArray[np.float64]) -> Level:
    frame = coverage_frame(connection, name, at, near=near)
    counts = frame["households"].to_numpy("float64", na_value=float("nan"))
    return Level(
        frame.geometry.to_numpy(dtype=object),
        frame["code"].tolist(),
        name,
        counts if name == "micro" else None,
    )


def _bounds(level: Level) -> NDArray[np.float64]:
    found: NDArray[np.float64] = shapely.bounds(level.polygons)
    return found
