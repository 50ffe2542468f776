"""The parameters of OGC's routes; one that is not known is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Annotated, Any, Final, Literal

import numpy as np
import orjson
from fastapi import Query
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from api.ogc.collections import Collection
from api.ogc.cql2 import parse
from api.ogc.crs import known_crs
from api.parameters import Code, Instant
from gisgrid.errors import InputError
from gisgrid.times import parse_instant

__all__ = ["DocumentQuery", "ItemQuery", "ItemsQuery", "Period", "TileQuery"]

MOST: Final = 10_000

_Uri = Annotated[str, Field(max_length=100)]


class FormatQuery(BaseModel):
    """The form of an answer is all that may be asked for; there is one."""

    model_config = ConfigDict(extra="forbid")

    f: Literal["json"] = Field(default="json", description="The form of the answer.")


DocumentQuery = Annotated[FormatQuery, Query()]


class ItemQuery(FormatQuery):
    """The parameters of one feature."""

    crs: _Uri | None = Field(default=None, description="URI of the system of the answer; CRS84.")
    datetime: Instant = None


class TileQuery(BaseModel):
    """The parameters of a tile."""

    model_config = ConfigDict(extra="forbid")

    datetime: Instant = None


class ItemsQuery(FormatQuery):
    """The parameters of features; besides these, each queryable is one."""

    model_config = ConfigDict(extra="allow")

    limit: int = Field(
        default=100, ge=1, description=f"Most features in one answer; more than {MOST} is {MOST}."
    )
    after: Annotated[Code, Field(description="Only features whose id comes later.")] = ""
    bbox: str | None = Field(
        default=None,
        max_length=200,
        description="Four or six numbers: the lower corner, then the upper one.",
    )
    bbox_crs: _Uri | None = Field(
        default=None, alias="bbox-crs", description="URI of the system of bbox; CRS84."
    )
    crs: _Uri | None = Field(default=None, description="URI of the system of the answer; CRS84.")
    datetime: str | None = Field(
        default=None,
        max_length=100,
        description="A time. Of hazards also a period, such as 2024-01-01T00:00:00Z/..",
    )
    filter: str | None = Field(default=None, max_length=8_192, description="In CQL2.")
    filter_lang: Literal["cql2-text", "cql2-json"] = Field(default="cql2-text", alias="filter-lang")
    filter_crs: _Uri | None = Field(
        default=None, alias="filter-crs", description="URI of the system of filter; CRS84."
    )

    @property
    def most(self) -> int:
        """How many features an answer has at most."""
        return min(self.limit, MOST)

    def boxes(self) -> NDArray[np.float64] | None:
        """The box in degrees, shape (n, 4): one, or two where it crosses ±180°."""
        crs = known_crs(self.bbox_crs)
        return None if self.bbox is None else crs.boxes(_numbers(self.bbox))

    def trees(self, collection: Collection) -> list[Any]:
        """The filter, and each queryable that is asked for, in CQL2's JSON form.

        Raises
        ------
        InputError
            There is no such parameter, or it cannot be read.
        """
        known_crs(self.filter_crs)
        trees = [_asked(collection, *pair) for pair in (self.model_extra or {}).items()]
        if self.filter is not None:
            trees.append(_filter(self.filter, self.filter_lang))
        return trees


@dataclass(frozen=True)
class Period:
    """A closed period; None where it has no end."""

    begin: datetime | None
    end: datetime | None

    @classmethod
    def parse(cls, text: str, zone: tzinfo) -> Period:
        """Read a time, or a period written ``begin/end`` with ``..`` for none.

        Raises
        ------
        InputError
            It is neither, or ends before it begins.
        """
        parts = text.split("/")
        ends = [None if part in ("", "..") else parse_instant(part, zone) for part in parts]
        if len(ends) == 1:
            ends = ends * 2
        if len(ends) != 2 or ends == [None, None]:
            raise InputError("is neither a time nor a period", where="datetime")
        begin, end = ends
        if begin is not None and end is not None and end < begin:
            raise InputError("ends before it begins", where="datetime")
        return cls(begin, end)


def _numbers(text: str) -> list[float]:
    """The numbers of a list; none where one of them is no number."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        return []


def _filter(text: str, language: str) -> Any:
    if language == "cql2-text":
        return parse(text)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InputError(f"is not JSON: {error}", where="filter") from None


def _asked(collection: Collection, name: str, text: Any) -> Any:
    """An equality, from a parameter that is called as a queryable is."""
    kind = collection.kinds.get(name)
    if kind is None:
        listed = ", ".join(collection.kinds)
        raise InputError(
            "there is no such parameter",
            where=repr(name[:60]),
            fix=f"see /docs; the collection's own are {listed}",
        )
    if not isinstance(text, str):
        raise InputError("is given more than once", where=name)
    return {"op": "=", "args": [{"property": name}, _typed(text, kind, name)]}


def _typed(text: str, kind: str, name: str) -> Any:
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    if kind == "integer" and re.fullmatch(r"-?[0-9]{1,15}", text):
        return int(text)
    if kind in ("text", "instant"):
        return text
    raise InputError(f"is not of the kind {kind}", where=name)
