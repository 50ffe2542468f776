"""The counts that measures are made of: one query for each kind of row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, case, distinct, false, func, or_, select, tuple_, type_coerce
from sqlalchemy.types import Float

from gisgrid.cases.categories import GROUPS, STAFF_SOURCES, categories
from gisgrid.cases.stages import OPEN, Stage
from gisgrid.store.cases.called import call_ended
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import case_call, case_event, case_file, hazard

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Select, Table

    from gisgrid.cases.measures import Dimension

__all__ = ["Asked", "counted"]

_NO_PROBLEM: Final = (Stage.REFUSED, Stage.MERGED, Stage.NOT_RESPONSIBLE)
_HANDED_BACK_TOO_OFTEN: Final = 2


@dataclass(frozen=True)
class Asked:
    """What is to be counted.

    Attributes
    ----------
    since, until : datetime
        The period ``[since, until)``.
    by : str
        A dimension.
    level : str
        Of the grids, where it is by grid.
    discoverers : tuple of str
        Origins of hazards that nobody had to report.
    unheard_since : datetime
        Whoever has heard nothing since then has waited too long.
    """

    since: datetime
    until: datetime
    by: Dimension
    level: str
    discoverers: tuple[str, ...]
    unheard_since: datetime

    def within(self, moment: ColumnElement[Any]) -> ColumnElement[bool]:
        """True for what happened in the period."""
        return and_(moment >= self.since, moment < self.until)


def counted(connection: Connection, asked: Asked) -> dict[Any, dict[str, Any]]:
    """Counts by key, and by None for all of it: an id of a grid, a department, a group.

    What lies in no grid has the key 0, what no department leads is left out.
    """
    queries = [_cases(connection, asked), _events(connection, asked), _calls(connection, asked)]
    if asked.by != "department":
        queries.append(_hazards(connection, asked))
    found: dict[Any, dict[str, Any]] = {None: {}}
    for query in queries:
        for key, values in _by_key(connection, query):
            own = found.setdefault(key, {})
            for name, value in values.items():
                own[name] = own[name] + value if name in own else value
    return found


def _by_key(connection: Connection, query: Select[Any]) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    for row in connection.execute(query):
        values = dict(row._mapping)
        whole, key = values.pop("whole"), values.pop("key")
        yield (None if whole else key), values


def _grouped(table: Any, key: ColumnElement[Any], columns: Sequence[Any]) -> Select[Any]:
    """Rows for each key and one for all of them, in one reading of the table."""
    return (
        select(func.grouping(key).label("whole"), key.label("key"), *columns)
        .select_from(table)
        .group_by(func.grouping_sets(tuple_(key), tuple_()))
    )


def _owner(table: Table, asked: Asked) -> ColumnElement[Any]:
    return func.coalesce(table.c[f"{asked.level}_id"], 0)


def _case_key(asked: Asked) -> ColumnElement[Any]:
    if asked.by == "grid":
        return _owner(case_file, asked)
    if asked.by == "department":
        return case_file.c.lead_department
    return case(
        *((case_file.c.category.in_(_codes(group)), group) for group in GROUPS),
        else_=case_file.c.category,
    )


def _codes(group: str) -> list[str]:
    return [one.code for one in categories().values() if one.group == group]


def _count(condition: ColumnElement[Any], name: str) -> ColumnElement[Any]:
    return func.count().filter(condition).label(name)


def _hazards(connection: Connection, asked: Asked) -> Select[Any]:
    c = hazard.c
    key = _owner(hazard, asked) if asked.by == "grid" else c.category
    found = asked.within(c.found_at)
    first = c.origin.in_({*asked.discoverers, *STAFF_SOURCES})
    columns = [
        _count(found, "found"),
        _count(asked.within(c.fixed_at), "fixed"),
        _count(and_(found, first), "found_first"),
    ]
    return _grouped(hazard, key, columns).where(
        visible_to(connection, hazard), or_(found, asked.within(c.fixed_at))
    )


def _cases(connection: Connection, asked: Asked) -> Select[Any]:
    c = case_file.c
    reported, closed = asked.within(c.reported_at), asked.within(c.closed_at)
    done = and_(closed, c.stage == Stage.CLOSED)
    # Cases that are hazards are counted among these, but by department only cases are.
    hazards = [one.code for one in categories().values() if one.hazard]
    apart = c.category.not_in(hazards) if asked.by != "department" else ~false()
    found = and_(reported, apart, c.stage.not_in(_NO_PROBLEM))
    late = c.due_at < func.coalesce(c.closed_at, func.clock_timestamp())
    unheard = and_(c.stage.in_(OPEN), ~c.found_by_staff, c.heard_at < asked.unheard_since)
    columns = [
        _count(found, "found"),
        _count(and_(done, apart), "fixed"),
        _count(and_(found, c.found_by_staff), "found_first"),
        _count(reported, "reported"),
        _count(done, "closed"),
        _count(and_(reported, late), "overdue"),
        _count(and_(reported, unheard), "no_reply"),
        type_coerce(func.avg(c.rating).filter(done), Float).label("rating"),
    ]
    query = _grouped(case_file, _case_key(asked), columns).where(
        visible_to(connection, case_file), or_(reported, closed)
    )
    return _led(query, asked)


def _led(query: Select[Any], asked: Asked) -> Select[Any]:
    return query.where(case_file.c.lead_department != "") if asked.by == "department" else query


def _events(connection: Connection, asked: Asked) -> Select[Any]:
    c, e = case_file.c, case_event.c
    in_period = asked.within(e.at)

    def cases(condition: ColumnElement[Any], name: str) -> ColumnElement[Any]:
        return func.count(distinct(c.id)).filter(condition).label(name)

    # Of a case that was opened again and closed otherwise the two times differ.
    settled = and_(c.stage == Stage.CLOSED, c.closed_at == e.at)
    in_place = and_(in_period, e.action == "close-on-spot", settled)
    columns = [
        cases(in_place, "solved_in_place"),
        cases(and_(in_period, e.action == "reopen"), "reopened"),
        cases(and_(asked.within(c.reported_at), c.id.in_(_passed_on())), "passed_on"),
    ]
    joined = case_event.join(case_file, c.id == e.case_id)
    query = _grouped(joined, _case_key(asked), columns).where(
        visible_to(connection, case_file),
        e.action.in_(("close-on-spot", "reopen", "hand-back")),
        or_(in_period, asked.within(c.reported_at)),
    )
    return _led(query, asked)


def _passed_on() -> Select[Any]:
    e = case_event.c
    back = func.count().filter(e.action == "hand-back")
    disowned = func.count().filter(e.action == "reopen", e.from_stage == Stage.NOT_RESPONSIBLE)
    return (
        select(e.case_id)
        .where(e.action.in_(("hand-back", "reopen")))
        .group_by(e.case_id)
        .having(or_(back >= _HANDED_BACK_TOO_OFTEN, disowned > 0))
    )


def _calls(connection: Connection, asked: Asked) -> Select[Any]:
    c = case_call.c
    hours = func.extract("epoch", c.reported_in_at - c.called_at) / 3600
    columns = [
        func.count().label("called"),
        _count(c.reported_in_at.is_not(None), "reported_in"),
        _count(c.due_at < call_ended(), "late_report_in"),
        *(
            type_coerce(func.percentile_cont(share).within_group(hours), Float).label(name)
            for share, name in ((0.5, "report_in_median_h"), (0.9, "report_in_p90_h"))
        ),
    ]
    key = c.department if asked.by == "department" else _case_key(asked)
    joined = case_call.join(case_file, case_file.c.id == c.case_id)
    return _grouped(joined, key, columns).where(
        visible_to(connection, case_file), asked.within(c.called_at)
    )
