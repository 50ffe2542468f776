"""A report as its reporter reads it: no names of people, offices by what they are called."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gisgrid.cases.stages import OPEN, STEPS
from gisgrid.exports.documents import document

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from gisgrid.cases.blockers import Blocker
    from gisgrid.cases.calendar import WorkCalendar
    from gisgrid.cases.stages import Stage
    from gisgrid.store.cases import PublicCase, PublicStep
    from gisgrid.store.people import Department

__all__ = ["report_document"]

_TIMES = ("reported_at", "stage_since", "due_at", "closed_at")


def report_document(
    found: PublicCase, offices: Mapping[str, Department], zone: tzinfo, calendar: WorkCalendar
) -> dict[str, Any]:
    """A report, its steps, and whom it waits for.

    Parameters
    ----------
    offices : mapping of str to Department
        By their codes.
    calendar : WorkCalendar
        Tells whether the time due is an estimate.
    """
    case = found.case
    content: dict[str, Any] = {
        "number": case.number,
        "category": case.category.code,
        "category_zh": case.category.name_zh,
        "category_en": case.category.name_en,
        **_stage(case.stage),
        "open": case.stage in OPEN,
        "escalated": case.escalated,
        **{name: getattr(case, name) for name in _TIMES},
        "overdue": case.overdue,
        "beyond_calendar": case.due_at is not None
        and not calendar.knows(case.reported_at, case.due_at),
        "rating": case.rating,
        "blocker": _blocker(found.blocker, offices),
        "steps": [_step(one, offices) for one in found.steps],
        "merged_into": None,
        "actions": list(found.actions),
    }
    if (into := found.merged_into) is not None:
        content["merged_into"] = {
            **_stage(into.case.stage),
            "stage_since": into.case.stage_since,
            "closed_at": into.case.closed_at,
            "blocker": _blocker(into.blocker, offices),
        }
    told: dict[str, Any] = document(content, zone)
    return told


def _stage(stage: Stage) -> dict[str, str]:
    return {"stage": stage.value, "stage_zh": stage.zh, "stage_en": stage.en}


def _named(action: str) -> tuple[str, str]:
    step = STEPS.get(action)
    return (step.zh, step.en) if step else ("上报", "Reported")


def _office(code: str, offices: Mapping[str, Department]) -> dict[str, str] | None:
    if not code:
        return None
    one = offices.get(code)
    return {
        "code": code,
        "name_zh": one.name_zh if one else code,
        "name_en": one.name_en if one else code,
    }


def _blocker(found: Blocker | None, offices: Mapping[str, Department]) -> dict[str, Any] | None:
    if found is None:
        return None
    zh, en = _named(found.to)
    return {
        "waits_for": found.waits_for,
        "departments": [_office(code, offices) for code in found.departments],
        "to": found.to,
        "to_zh": zh,
        "to_en": en,
        "since": found.since,
        "due_at": found.due_at,
        "overdue": found.due_at is not None and found.due_at < datetime.now(UTC),
    }


def _step(one: PublicStep, offices: Mapping[str, Department]) -> dict[str, Any]:
    zh, en = _named(one.action)
    return {
        "action": one.action,
        "zh": zh,
        "en": en,
        **_stage(one.stage),
        "at": one.at,
        "office": _office(one.office, offices),
        "departments": [_office(code, offices) for code in one.departments],
        "words": one.words,
    }
