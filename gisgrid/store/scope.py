"""Which rows may be shown: the one predicate that every query of places passes through.

A connection carries the sight of whoever it answers. One that carries none belongs to a program
on the machine of the record, which sees everything that is not confidential; the web service
makes its engine with `blind`, so that a route which forgets to say who looks shows nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, false, or_, true

from gisgrid.access import EVERYTHING, NOTHING, Sight

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Engine, Table

__all__ = ["blind", "look_as", "sight_of", "visible", "visible_to"]

_OPTION: Final = "gisgrid_sight"
_SUBTREES: Final = ("area_id", "unit_id", "micro_id")


def blind(engine: Engine) -> Engine:
    """An engine whose connections show nothing until somebody looks."""
    return engine.execution_options(**{_OPTION: NOTHING})


def look_as(connection: Connection, sight: Sight) -> Connection:
    """Let a connection show what somebody may see."""
    return connection.execution_options(**{_OPTION: sight})


def sight_of(connection: Connection) -> Sight:
    """What the one whom a connection answers may see."""
    sight: Sight = connection.get_execution_options().get(_OPTION, EVERYTHING)
    return sight


def visible_to(connection: Connection, table: Table) -> ColumnElement[Any]:
    """True for the rows of a table with owners that may be shown over a connection."""
    sight = sight_of(connection)
    within = true() if sight.whole else _within(table, sight)
    if "confidential" in table.c and not sight.confidential:
        return and_(within, ~table.c.confidential)
    return within


def _within(table: Table, sight: Sight) -> ColumnElement[Any]:
    found = [table.c[name].in_(sorted(sight.grids)) for name in _SUBTREES] if sight.grids else []
    if sight.police:
        found.append(table.c.police_id.in_(sorted(sight.police)))
    return or_(*found) if found else false()


def visible(table: Table) -> ColumnElement[Any]:
    """True for the rows of a table that are not confidential."""
    return ~table.c.confidential if "confidential" in table.c else true()
