"""The watch after closure: a problem that comes back is linked to its case, and never merged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Interval, cast, func, literal, select
from sqlalchemy import case as choose

from gisgrid.cases.categories import Category, categories
from gisgrid.cases.stages import Stage
from gisgrid.store.cases.nearby import box_around, metres_from
from gisgrid.store.cases.records import Case, case_of, select_cases
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import case_file

if TYPE_CHECKING:
    from sqlalchemy import Connection, ScalarSelect

__all__ = ["PLANNED", "RELAPSE_M", "Watched", "relapse_of", "watched"]

RELAPSE_M: Final = 50.0
"""How near a new case of the same category counts as the same problem come back."""

# What is due again after upkeep has not come back.
PLANNED: Final = frozenset({"facility", "campaign"})


@dataclass(frozen=True)
class Watched:
    """A closed case whose place is watched, and until when."""

    case: Case
    until: datetime


def relapse_of(
    source: str, category: Category, lon: float, lat: float, at: datetime
) -> ScalarSelect[Any] | None:
    """The id of the closed case that another one has come back from, for the query that writes it.

    It is found whoever reports: that a case is linked tells of no case that may not be seen.

    Parameters
    ----------
    source : str
        Of the new case; what was planned has come back from none.
    category : Category
        Of the new case; it says for how long closed ones are watched.
    lon, lat : float
        Degrees, EPSG:4326.
    at : datetime
        When the new one is told.
    """
    if source in PLANNED:
        return None
    c = case_file.alias("earlier").c
    return (
        select(c.id)
        .where(
            box_around(c.point, lon, lat, RELAPSE_M),
            metres_from(c.point, lon, lat) <= RELAPSE_M,
            c.category == category.code,
            c.stage == Stage.CLOSED.value,
            c.source.not_in(sorted(PLANNED)),
            c.closed_at > at - timedelta(days=category.watch_days),
            c.closed_at <= at,
        )
        .order_by(c.closed_at.desc(), c.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def watched(
    connection: Connection, *, micro: int | None = None, limit: int = 1000
) -> list[Watched]:
    """Closed cases whose places are watched, those that were closed last first.

    Parameters
    ----------
    micro : int, optional
        Id of the micro-grid that owns them.
    limit : int
        Most cases.
    """
    c = case_file.c
    days = choose({one.code: one.watch_days for one in categories().values()}, value=c.category)
    until = c.closed_at + days * cast(literal("1 day"), Interval)
    query = (
        select_cases(until.label("until"))
        .where(
            visible_to(connection, case_file),
            c.stage == Stage.CLOSED.value,
            c.source.not_in(sorted(PLANNED)),
            until > func.clock_timestamp(),
        )
        .order_by(c.closed_at.desc(), c.id.desc())
        .limit(limit)
    )
    if micro is not None:
        query = query.where(c.micro_id == micro)
    return [Watched(case_of(row), row.until) for row in connection.execute(query)]
