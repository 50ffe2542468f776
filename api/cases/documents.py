"""Cases as documents: with names for codes, and what the one who asks may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gisgrid.cases.stages import OPEN, STEPS
from gisgrid.exports.documents import document
from gisgrid.store.cases.numbers import numbers_of
from gisgrid.store.tables import LEVELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from api.service import Service
    from gisgrid.access import Viewer
    from gisgrid.store.cases import Case, Event

__all__ = ["case_documents", "event_document"]

_PLAIN = (
    *("number", "source_id", "severity", "source", "channel", "escalated", "confidential"),
    *("found_by_staff", "lon", "lat", "reported_at", "stage_since", "closed_at", "due_at"),
    *("overdue", "lead_department", "rating", "version", "description", "place"),
)


def case_documents(
    connection: Connection, cases: Sequence[Case], service: Service, viewer: Viewer
) -> list[dict[str, Any]]:
    """Cases as documents.

    Parameters
    ----------
    connection : Connection
        Of the one who asks: a case that they may not see has no number.
    """
    linked = {one for case in cases for one in (case.merged_into, case.relapse_of) if one}
    numbers = numbers_of(connection, linked)
    refs = service.served.refs
    found = []
    for case in cases:
        content: dict[str, Any] = {name: getattr(case, name) for name in _PLAIN}
        owners = [refs.get(case.grids[level]) for level in LEVELS if level in case.grids]
        content |= {
            "category": case.category.code,
            "category_zh": case.category.name_zh,
            "category_en": case.category.name_en,
            "group": case.category.group,
            "stage": case.stage.value,
            "stage_zh": case.stage.zh,
            "stage_en": case.stage.en,
            "open": case.stage in OPEN,
            "grids": [
                {"level": one.level, "code": one.code, "name": one.name} for one in owners if one
            ],
            "merged_into": numbers.get(case.merged_into or 0),
            "relapse_of": numbers.get(case.relapse_of or 0),
            "actions": _actions(case, viewer),
            "beyond_calendar": case.due_at is not None
            and not service.calendar.knows(case.reported_at, case.due_at),
        }
        found.append(document(content, service.settings.zone))
    return found


def event_document(event: Event, service: Service) -> dict[str, Any]:
    """A step that was taken, with what it is called."""
    content: dict[str, Any] = document(event, service.settings.zone)
    step = STEPS.get(event.action)
    zh, en = (step.zh, step.en) if step else ("上报", "Reported")
    return {**content, "zh": zh, "en": en}


def _actions(case: Case, viewer: Viewer) -> list[str]:
    """What the viewer may do now; where their department was called, only what is its part."""
    return [
        step.action
        for step in STEPS.values()
        if case.stage in step.sources
        and step.right is not None
        and viewer.may(step.right)
        and ("department" in step.doers or viewer.sight(step.right).covers(case.grids))
    ]
