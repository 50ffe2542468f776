"""Which hazards a request means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.parameters import Code, Instant
from gisgrid.errors import InputError
from gisgrid.store.hazards import FoundBy, HazardFilter
from gisgrid.times import parse_instant

if TYPE_CHECKING:
    from gisgrid.settings import Settings

__all__ = ["FilterQuery"]

_MOST_WORDS = 50


class FilterQuery(BaseModel):
    """What narrows hazards down; a parameter that is not known is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")

    category: Annotated[list[Code], Field(max_length=_MOST_WORDS)] = []
    severity: Annotated[
        list[Annotated[int, Field(ge=1, le=3)]], Field(max_length=3, description="1 to 3.")
    ] = []
    state: Annotated[list[Code], Field(max_length=_MOST_WORDS)] = []
    found_by: Annotated[
        FoundBy, Field(description="Patrols find trouble where they go, so both are kept apart.")
    ] = "all"
    since: Annotated[Instant, Field(description="Found at this date or time or later.")] = None
    until: Annotated[Instant, Field(description="Found before this date or time.")] = None

    def wanted(self, settings: Settings) -> HazardFilter:
        """The filter.

        Raises
        ------
        InputError
            ``since`` or ``until`` is no date, or nothing lies between them.
        """
        since, until = (
            None if text is None else parse_instant(text, settings.zone)
            for text in (self.since, self.until)
        )
        if since is not None and until is not None and since >= until:
            raise InputError(
                "the period ends before it begins",
                where=f"since {self.since}, until {self.until}",
                fix="give an until after since",
            )
        return HazardFilter(
            categories=tuple(self.category),
            severities=tuple(self.severity),
            states=tuple(self.state),
            found_by=self.found_by,
            since=since,
            until=until,
            discoverers=settings.discoverers,
        )
