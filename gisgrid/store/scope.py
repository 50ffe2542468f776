"""Which rows may be shown: the one predicate that every query of places passes through.

A connection carries the sight of whoever it answers. One that carries none belongs to a program
on the machine of the record, which sees everything that is not confidential; the web service
makes its engine with `blind`, so that a route which forgets to say who looks shows nothing.

The database is told of the sight as well, for the tables without geometry: under a role that owns
nothing their policies hide what is out of sight, whatever a query forgets.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from psycopg2.extensions import TRANSACTION_STATUS_INERROR
from sqlalchemy import and_, event, func, literal, or_, select, true

from gisgrid.access import EVERYTHING, NOTHING, Sight
from gisgrid.store.tables import case_call, case_file

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Engine, Table

__all__ = ["blind", "lies_within", "look_as", "looking", "sight_of", "visible_to"]

_OPTION: Final = "gisgrid_sight"
_SETTING: Final = "gisgrid.sight_"
_SUBTREES: Final = ("area_id", "unit_id", "micro_id")


def blind(engine: Engine) -> Engine:
    """An engine whose connections show nothing until somebody looks."""
    return looking(engine, NOTHING)


def looking(engine: Engine, sight: Sight) -> Engine:
    """An engine whose connections show what somebody may see until they look as somebody else."""
    made = engine.execution_options(**{_OPTION: sight})
    # The database forgets the sight with every transaction, so that a pool cannot carry it on.
    event.listen(made, "begin", _remind)
    return made


def look_as(connection: Connection, sight: Sight) -> Connection:
    """Let a connection show what somebody may see, in this transaction and those after it."""
    connection.execution_options(**{_OPTION: sight})
    # One that failed takes no more statements, and will be rolled back.
    if connection.in_transaction() and not _failed(connection):
        _tell(connection, sight)
    return connection


def _failed(connection: Connection) -> bool:
    driver: Any = connection.connection.driver_connection
    return bool(driver.info.transaction_status == TRANSACTION_STATUS_INERROR)


def _remind(connection: Connection) -> None:
    if not sight_of(connection).empty:
        _tell(connection, sight_of(connection))


def _tell(connection: Connection, sight: Sight) -> None:
    """Set what the policies of the tables look at, until the transaction ends."""
    told = {**_told(sight, ""), **_told(sight.confidential or NOTHING, "secret_")}
    settings = (func.set_config(f"{_SETTING}{name}", value, True) for name, value in told.items())
    connection.execute(select(*settings))


def _told(sight: Sight, beginning: str) -> dict[str, str]:
    return {
        f"{beginning}whole": "t" if sight.whole else "",
        f"{beginning}grids": _listed(sight.grids),
        f"{beginning}police": _listed(sight.police),
        f"{beginning}department": sight.department,
    }


def _listed(ids: frozenset[int]) -> str:
    return "{" + ",".join(map(str, sorted(ids))) + "}"


def sight_of(connection: Connection) -> Sight:
    """What the one whom a connection answers may see."""
    sight: Sight = connection.get_execution_options().get(_OPTION, EVERYTHING)
    return sight


def visible_to(connection: Connection, table: Table) -> ColumnElement[Any]:
    """True for the rows of a table with owners that may be shown over a connection."""
    sight = sight_of(connection)
    within = _within(table, sight)
    if "confidential" not in table.c:
        return within
    if sight.confidential is None:
        return and_(within, ~table.c.confidential)
    if sight.confidential == replace(sight, confidential=None):
        return within
    return or_(and_(within, ~table.c.confidential), _within(table, sight.confidential))


def lies_within(connection: Connection, table: Table) -> ColumnElement[Any]:
    """True for the rows that lie where the one who looks may see, not only those they came to."""
    sight = sight_of(connection)
    return _within(table, replace(sight, department=""))


def _within(table: Table, sight: Sight) -> ColumnElement[Any]:
    if sight.whole:
        return true()
    found = [table.c[name].in_(sorted(sight.grids)) for name in _SUBTREES] if sight.grids else []
    if sight.police:
        found.append(table.c.police_id.in_(sorted(sight.police)))
    if sight.department and table is case_file:
        called = case_call.c.department == sight.department
        found.append(table.c.id.in_(select(case_call.c.case_id).where(called)))
    # Not `false()`, which swallows the conditions beside it, by which tables are joined.
    return or_(*found) if found else literal(False)
