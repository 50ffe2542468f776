"""A case as a hazard: heat maps, hot spots and patrols see what was reported at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gisgrid.cases.stages import Stage
from gisgrid.store.cases.nearby import point_at
from gisgrid.store.tables import case_file, hazard

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from gisgrid.cases.categories import Category

__all__ = ["follow", "hazard_id", "hazard_state", "move"]

_NEVER_WAS: Final = frozenset({Stage.REFUSED, Stage.MERGED, Stage.NOT_RESPONSIBLE})


def hazard_id(number: str) -> str:
    """What a hazard is called that stands for a case."""
    return f"case:{number}"


def hazard_state(stage: Stage | None) -> str | None:
    """``open`` or ``fixed``; None where a case of a stage is no hazard."""
    if stage is None or stage in _NEVER_WAS:
        return None
    return "fixed" if stage is Stage.CLOSED else "open"


def follow(
    connection: Connection,
    number: str,
    category: Category,
    before: Stage | None,
    after: Stage,
    at: datetime,
) -> None:
    """Let the hazard of a case follow it from one stage to the next.

    Parameters
    ----------
    connection : Connection
    number : str
    category : Category
        Where its cases are no hazards nothing is done.
    before : Stage or None
        None: the case is new.
    after : Stage
    at : datetime
        When the step was taken: a hazard is fixed then.
    """
    state = hazard_state(after)
    if not category.hazard or state == hazard_state(before):
        return
    if state is None:
        connection.execute(delete(hazard).where(hazard.c.source_id == hazard_id(number)))
        return
    changing: dict[str, Any] = {"state": state, "fixed_at": at if state == "fixed" else None}
    c = case_file.c
    values = {
        "source_id": literal(hazard_id(number)),
        "point": c.point,
        "category": literal(category.group),
        "subject": literal(category.name_zh),
        "severity": c.severity,
        "origin": c.source,
        "confidential": c.confidential,
        "found_at": c.reported_at,
        **{name: literal(value, hazard.c[name].type) for name, value in changing.items()},
    }
    rows = select(*values.values()).where(c.number == number)
    statement = upsert(hazard).from_select(list(values), rows)
    connection.execute(statement.on_conflict_do_update(index_elements=["source_id"], set_=changing))


def move(connection: Connection, number: str, lon: float, lat: float) -> None:
    """Let the hazard of a case, where it has one, lie at another place: degrees, EPSG:4326."""
    own = update(hazard).where(hazard.c.source_id == hazard_id(number))
    connection.execute(own.values(point=point_at(lon, lat)))
