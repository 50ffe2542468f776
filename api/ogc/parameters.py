"""The parameters of OGC's routes; one that is not known is refused."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Annotated, Any, Final, Literal

import numpy as np
import orjson
import shapely
from fastapi import Query
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from api.ogc.collections import Collection
from api.ogc.cql2 import parse
from api.ogc.crs import NamedCrs, known_crs
from api.parameters import Code, Instant
from gisgrid.errors import InputError
from gisgrid.times import parse_instant

__all__ = ["ItemQuery", "ItemsQuery", "NoQuery", "Period", "TileQuery"]

MOST: Final = 10_000

_Uri = Annotated[str, Field(max_length=100)]


class NoParameters(BaseModel):
    """Nothing may be asked for beside the address."""

    model_config = ConfigDict(extra="forbid")


NoQuery = Annotated[NoParameters, Query()]


class ItemQuery(BaseModel):
    """The parameters of one feature."""

    model_config = ConfigDict(extra="forbid")

    crs: _Uri | None = Field(default=None, description="URI of the system of the answer; CRS84.")
    datetime: Instant = None


class TileQuery(BaseModel):
    """The parameters of a tile."""

    model_config = ConfigDict(extra="forbid")

    datetime: Instant = None


class ItemsQuery(BaseModel):
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
        if self.bbox is None:
            return None
        return _boxes(self.bbox, known_crs(self.bbox_crs))

    def trees(self, collection: Collection) -> list[Any]:
        """The filter, and each queryable that is asked for, in CQL2's JSON form.

        Raises
        ------
        InputError
            There is no such parameter, or it cannot be read.
        """
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


def _boxes(text: str, crs: NamedCrs) -> NDArray[np.float64]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in (4, 6) or not all(math.isfinite(one) for one in numbers):
        raise InputError(
            "is not four or six numbers", where="bbox", fix="write 121.2,31.3,121.3,31.4"
        )
    corners = np.array(numbers).reshape(2, -1)[:, :2]
    read = crs.read(np.asarray(shapely.points(corners), dtype=object))
    (west, south), (east, north) = shapely.get_coordinates(read).tolist()
    if south > north or (west > east and not crs.crs.is_degrees):
        raise InputError("its lower corner is not the lower one", where="bbox")
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
        raise InputError(
            "does not lie on the globe", where="bbox", fix="state its system by bbox-crs"
        )
    if west > east:
        return np.array([[west, south, 180.0, north], [-180.0, south, east, north]])
    return np.array([[west, south, east, north]])


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
    return {"op": "=", "args": [{"property": name}, _typed(str(text), kind, name)]}


def _typed(text: str, kind: str, name: str) -> Any:
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    if kind == "integer" and re.fullmatch(r"-?[0-9]{1,15}", text):
        return int(text)
    if kind in ("text", "instant"):
        return text
    raise InputError(f"is not of the kind {kind}", where=name)
