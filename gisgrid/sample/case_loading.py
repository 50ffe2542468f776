"""Loading the sample's cases: all at once, with their steps and calls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import select

from gisgrid.cases.calendar import packaged_calendar
from gisgrid.cases.categories import STAFF_SOURCES, category_of
from gisgrid.cases.clocks import ACCEPTING
from gisgrid.cases.stages import CLOSED, STEPS, Stage
from gisgrid.imports.loading import PointLoader
from gisgrid.store.cases.reporting import NUMBERS
from gisgrid.store.copying import copy_in
from gisgrid.store.tables import (
    case_call,
    case_event,
    case_file,
    case_note,
    case_text,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlalchemy import Connection, Table

    from gisgrid.sample.cases import CasesSample, SampleCase, SampleEvent

__all__ = ["load_cases"]

_ZONE: Final = ZoneInfo("Asia/Shanghai")
_ACTOR: Final = "system"
_SEED: Final = 20


class _Made(NamedTuple):
    """A case with the moment of its report, and its id once it has one."""

    case: SampleCase
    reported_at: datetime
    id: int = 0

    def at(self, event: SampleEvent) -> datetime:
        return self.reported_at + timedelta(hours=event.hours)

    def last(self, *actions: str) -> datetime | None:
        """When the last of these steps was taken."""
        found = [self.at(one) for one in self.case.events if one.action in actions]
        return found[-1] if found else None

    @property
    def stage(self) -> Stage:
        return self.case.events[-1].after

    @property
    def stage_since(self) -> datetime:
        came = [one for one in self.case.events if one.before is not one.after]
        return self.at(came[-1])


def load_cases(connection: Connection, sample: CasesSample, import_id: int, now: datetime) -> None:
    """Put the cases of the sample on record; the open ones came in the days before ``now``."""
    made = [_Made(one, one.reported_at or now - one.age) for one in sample]
    numbers = _numbers(made)
    _load_files(connection, made, numbers, import_id)
    query = select(case_file.c.number, case_file.c.id).where(case_file.c.number.in_(numbers))
    ids = {row.number: row.id for row in connection.execute(query)}
    made = [one._replace(id=ids[number]) for one, number in zip(made, numbers, strict=True)]
    for table, rows in (
        (case_text, [(one.id, one.case.description) for one in made]),
        (case_note, [row for one in made for row in _notes(one)]),
        (case_event, [row for one in made for row in _events(one)]),
        (case_call, [row for one in made for row in _calls(one)]),
    ):
        _copy(connection, table, rows)


_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "case_text": ("case_id", "description"),
    "case_note": ("id", "case_id", "words"),
    "case_event": (
        *("case_id", "version", "action", "from_stage", "to_stage", "at", "actor_ref", "about"),
        "reason_ref",
    ),
    "case_call": (
        *("case_id", "department", "role", "clock", "called_at", "due_at", "reported_in_at"),
        "done_at",
    ),
}


def _copy(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    columns = zip(*rows, strict=True)
    copy_in(connection, table, dict(zip(_COLUMNS[table.name], map(list, columns), strict=True)))


def _numbers(made: Sequence[_Made]) -> list[str]:
    """Numbers as cases get them, drawn; the same whenever the sample is loaded."""
    drawn = np.random.default_rng(_SEED).choice(NUMBERS, size=len(made), replace=False)
    return [
        f"JD{one.reported_at.astimezone(_ZONE):%Y%m%d}-{number:06d}"
        for one, number in zip(made, drawn, strict=True)
    ]


def _load_files(
    connection: Connection, made: Sequence[_Made], numbers: Sequence[str], import_id: int
) -> None:
    columns: dict[str, list[Any]] = {
        "number": list(numbers),
        **{name: [read(one) for one in made] for name, read in _READ.items()},
    }
    arrays = {
        name: np.array([*values, None], dtype=object)[:-1] for name, values in columns.items()
    }
    loader = PointLoader(connection, case_file, list(arrays))
    loader.add(
        np.arange(1, len(made) + 1, dtype=np.int64),
        arrays["number"],
        np.array([one.case.lon for one in made]),
        np.array([one.case.lat for one in made]),
        arrays,
        np.ones(len(made), dtype=np.bool_),
    )
    loader.merge(import_id)


def _objects(values: list[Any]) -> NDArray[np.object_]:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _due(one: _Made) -> datetime:
    """By when the next step, or the last one, was to be taken."""
    calendar = packaged_calendar()
    accepted = one.last("accept")
    if accepted is None:
        return ACCEPTING.due(calendar, one.reported_at).at
    return category_of(one.case.category).close.due(calendar, accepted).at


def _heard(one: _Made) -> datetime:
    told = [action for action, step in STEPS.items() if step.told]
    return one.last(*told) or one.reported_at


def _lead(one: _Made) -> str:
    return one.case.departments[0] if one.case.departments else ""


_READ: Final[dict[str, Callable[[_Made], Any]]] = {
    "category": lambda one: one.case.category,
    "severity": lambda one: category_of(one.case.category).severity,
    "source": lambda one: one.case.source,
    "channel": lambda one: "resident" if one.case.source == "resident" else "",
    "stage": lambda one: one.stage.value,
    "found_by_staff": lambda one: one.case.source in STAFF_SOURCES,
    "reported_at": lambda one: one.reported_at,
    "stage_since": lambda one: one.stage_since,
    "heard_at": _heard,
    "closed_at": lambda one: one.stage_since if one.stage in CLOSED else None,
    "due_at": _due,
    "lead_department": _lead,
    "rating": lambda one: one.case.rating,
    "version": lambda one: len(one.case.events),
    "escalated": lambda one: False,
    "confidential": lambda one: False,
}


def _notes(one: _Made) -> list[tuple[Any, ...]]:
    told = [event for event in one.case.events if event.reason_ref is not None]
    return [(str(event.reason_ref), one.id, event.reason) for event in told]


def _events(one: _Made) -> list[tuple[Any, ...]]:
    about = {"report": one.case.source, "dispatch": ",".join(one.case.departments)}
    about["report-in"] = _lead(one)
    return [
        (
            one.id,
            version,
            event.action,
            event.before and event.before.value,
            event.after.value,
            one.at(event),
            _ACTOR,
            about.get(event.action, ""),
            event.reason_ref and str(event.reason_ref),
        )
        for version, event in enumerate(one.case.events, 1)
    ]


def _calls(one: _Made) -> list[tuple[Any, ...]]:
    called = one.last("dispatch")
    if called is None:
        return []
    clock = category_of(one.case.category).report_in
    due = clock.due(packaged_calendar(), called).at
    came = one.last("report-in")
    done = one.stage_since if one.stage in CLOSED else None
    return [
        (one.id, code, role, str(clock), called, due, came, done)
        for code, role in zip(
            one.case.departments, ("lead", *["helper"] * len(one.case.departments)), strict=False
        )
    ]
