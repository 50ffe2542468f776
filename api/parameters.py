"""The parameters that routes share, with what they mean."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from gisgrid.errors import InputError
from gisgrid.geometry.crs import ACCEPTED
from gisgrid.store.drafts.fields import printable, storable
from gisgrid.times import EARLIEST_YEAR, LATEST_YEAR, in_calendar

__all__ = ["AtQuery", "Code", "CrsName", "Instant", "Moment", "Note", "box_of"]


# In an address an unescaped + stands for a blank.
_BLANK_OFFSET: Final = re.compile(r"(?<=T)(\S+) (?=\d\d:\d\d$)")


def _instant(text: str | None) -> str | None:
    return None if text is None else _BLANK_OFFSET.sub(r"\1+", printable(text))


def told(moment: datetime) -> datetime:
    """A moment as it is, where every zone can tell it."""
    if not in_calendar(moment):
        raise ValueError(f"give a year from {EARLIEST_YEAR} to {LATEST_YEAR}")
    return moment


Code = Annotated[str, AfterValidator(printable), Field(max_length=200)]
Moment = Annotated[AwareDatetime, AfterValidator(told)]
Note = Annotated[str, AfterValidator(storable), Field(max_length=1000)]
# The length binds the text alone: the constraint cannot be applied to a null of a JSON body.
Instant = Annotated[
    Annotated[str, Field(max_length=64)] | None,
    AfterValidator(_instant),
    Field(description="ISO date (its midnight) or time, such as 2024-09-15; without it, now."),
]
CrsName = Annotated[
    str,
    AfterValidator(printable),
    Field(max_length=64, description=f"System of the coordinates: {ACCEPTED}."),
]


class AtQuery(BaseModel):
    """A date for the answer; a parameter that is not known is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")

    at: Instant = None


def box_of(text: str | None) -> tuple[float, float, float, float] | None:
    """The box that a request asks for.

    Raises
    ------
    InputError
        It is not four numbers that enclose something on earth.
    """
    if text is None:
        return None
    try:
        west, south, east, north = (float(one) for one in text.split(","))
    except ValueError:
        west = south = east = north = float("nan")
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise InputError(
            "bbox is not a box on earth", where=text, fix="give west,south,east,north in degrees"
        )
    return west, south, east, north
