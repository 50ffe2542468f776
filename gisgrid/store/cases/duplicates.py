"""Likely duplicates: cases near by, of the same kind, not long ago. They are only offered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
from sqlalchemy import or_

from gisgrid.cases.categories import categories, category_of
from gisgrid.cases.duplicates import FAR_M, LIKELY, OLD_HOURS, likeness
from gisgrid.cases.stages import OPEN
from gisgrid.store.cases.nearby import box_around, metres_from
from gisgrid.store.cases.records import Case, case_of, get, select_cases
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import case_file

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["Likely", "duplicates_of", "likely_duplicates"]

_MOST_COMPARED: Final = 500
# What was settled a day ago and is told again is a relapse, not a duplicate.
_JUST_CLOSED: Final = timedelta(days=1)


@dataclass(frozen=True)
class Likely:
    """A case that may be the same problem.

    Attributes
    ----------
    case : Case
    distance_m : float
    likeness : float
        0 to 1, as `gisgrid.cases.duplicates.likeness` says.
    """

    case: Case
    distance_m: float
    likeness: float


def duplicates_of(connection: Connection, number: str, *, limit: int = 5) -> list[Likely]:
    """The cases that may be the same problem as another one, the likeliest first.

    Raises
    ------
    NotFound
        There is no such case, or none that may be seen.
    """
    case = get(connection, number)
    return likely_duplicates(
        connection,
        case.category.code,
        case.lon,
        case.lat,
        case.reported_at,
        besides=number,
        limit=limit,
    )


def likely_duplicates(
    connection: Connection,
    category: str,
    lon: float,
    lat: float,
    at: datetime,
    *,
    besides: str = "",
    limit: int = 5,
) -> list[Likely]:
    """The cases that may be the same problem as something that is to be reported.

    Parameters
    ----------
    connection : Connection
        It names no case that may not be seen over it.
    category : str
        Code.
    lon, lat : float
        Degrees, EPSG:4326.
    at : datetime
        When the new one is, or was, told.
    besides : str
        Number of a case that is left out.
    limit : int
        Most cases.

    Returns
    -------
    list of Likely
        The likeliest first.

    Raises
    ------
    NotFound
        There is no such category.
    """
    wanted = category_of(category)
    c = case_file.c
    group = [one.code for one in categories().values() if one.group == wanted.group]
    span = timedelta(hours=OLD_HOURS)
    distance = metres_from(c.point, lon, lat)
    query = (
        select_cases(distance)
        .where(
            visible_to(connection, case_file),
            box_around(c.point, lon, lat, FAR_M),
            c.category.in_(group),
            c.reported_at.between(at - span, at + span),
            or_(c.stage.in_(OPEN), (c.stage == "closed") & (c.closed_at > at - _JUST_CLOSED)),
            c.number != besides,
        )
        .order_by(distance, c.id)
        .limit(_MOST_COMPARED)
    )
    rows = connection.execute(query).all()
    scores = likeness(
        [row.distance for row in rows],
        [(at - row.reported_at).total_seconds() / 3600 for row in rows],
        [row.category == category for row in rows],
        [True] * len(rows),
    )
    order = np.argsort(-scores, kind="stable")[:limit]
    return [
        Likely(case_of(rows[n]), float(rows[n].distance), float(scores[n]))
        for n in order
        if scores[n] >= LIKELY
    ]
