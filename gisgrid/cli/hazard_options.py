"""Options that say which hazards a command looks at."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from gisgrid.times import parse_instant

if TYPE_CHECKING:
    from gisgrid.settings import Settings
    from gisgrid.store.hazards import HazardFilter

__all__ = ["Categories", "Discovery", "FoundBy", "hazard_filter"]


class FoundBy(StrEnum):
    """Who found a hazard."""

    reported = "reported"
    discovered = "discovered"
    all = "all"


Categories = Annotated[
    list[str] | None,
    typer.Option("--category", metavar="C", help="Only these hazards; may be repeated."),
]
Discovery = Annotated[
    FoundBy, typer.Option("--found-by", help="Patrols discover where they go; others report.")
]


def hazard_filter(
    settings: Settings,
    category: list[str] | None,
    found_by: FoundBy,
    since: str | None = None,
    until: str | None = None,
) -> HazardFilter:
    """The hazards that a command's options mean."""
    from gisgrid.store.hazards import HazardFilter

    return HazardFilter(
        categories=tuple(category or ()),
        found_by=found_by.value,
        since=None if since is None else parse_instant(since, settings.zone),
        until=None if until is None else parse_instant(until, settings.zone),
        discoverers=settings.discoverers,
    )
