"""The parameters that routes share, with what they mean."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from gisgrid.geometry.crs import ACCEPTED

__all__ = ["AtQuery", "Code", "CrsName", "Instant"]


# In an address an unescaped + stands for a blank.
_BLANK_OFFSET: Final = re.compile(r"(?<=T)(\S+) (?=\d\d:\d\d$)")


def _printable(text: str) -> str:
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in text):
        raise ValueError("control characters are not allowed")
    return text


def _instant(text: str | None) -> str | None:
    return None if text is None else _BLANK_OFFSET.sub(r"\1+", _printable(text))


Code = Annotated[str, AfterValidator(_printable), Field(max_length=200)]
Instant = Annotated[
    str | None,
    AfterValidator(_instant),
    Field(
        max_length=64,
        description="ISO date (its midnight) or time, such as 2024-09-15; without it, now.",
    ),
]
CrsName = Annotated[
    str,
    AfterValidator(_printable),
    Field(max_length=64, description=f"System of the coordinates: {ACCEPTED}."),
]


class AtQuery(BaseModel):
    """A date for the answer; a parameter that is not known is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")

    at: Instant = None
