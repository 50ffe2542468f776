"""Campaigns as documents for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

    from gisgrid.store.campaigns import Campaign, Share

__all__ = ["campaign_document", "share_document"]


def campaign_document(one: Campaign) -> dict[str, Any]:
    """A campaign with its phases and tasks; days as ISO 8601.

    Each task has its ``figure``, which is the actual one as published, else counted.
    """
    return {
        "code": one.code,
        "name_zh": one.name_zh,
        "name_en": one.name_en,
        "grid": one.grid,
        "starts": _day(one.starts),
        "ends": _day(one.ends),
        "items": one.items,
        "done": one.done,
        "left": one.items - one.done,
        "phases": [
            asdict(phase) | {"starts": _day(phase.starts), "ends": _day(phase.ends)}
            for phase in one.phases
        ],
        "tasks": [
            asdict(task) | {"as_of": _day(task.as_of), "figure": task.figure} for task in one.tasks
        ],
    }


def share_document(one: Share) -> dict[str, Any]:
    """How far a building or a grid has come."""
    return asdict(one) | {"left": one.left}


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
