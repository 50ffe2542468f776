"""Points or addresses from a JSON body."""

from __future__ import annotations

import json
import math
from itertools import chain
from typing import IO, TYPE_CHECKING, Any, Final

import numpy as np
import orjson
from pydantic import ValidationError

from api.batch.asked import NO_POINT, Asked, AskedAddresses, BatchRequest, require_few
from api.batch.gathered import GatheredAddresses
from gisgrid.errors import InputError, LimitExceeded

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["read_json"]

# Commas for each point that are looked through; a pair takes two.
_COMMAS: Final = 4


def read_json(body: IO[bytes], limit: int) -> Asked | AskedAddresses:
    """Read a JSON body.

    Raises
    ------
    InputError
        It is no JSON, or not as `BatchRequest` says.
    LimitExceeded
        It has more points than the limit, or by far more values.
    """
    text = body.read()
    _require_few_values(text, limit)
    wanted = _validated(_parsed(text))
    if wanted.points is None:
        return _addresses(wanted, limit)
    if wanted.addresses is not None:
        raise InputError("stands beside addresses", where="points", fix="send one of them")
    require_few(len(wanted.points), limit)
    values = _plain_pairs(wanted.points)
    faults: dict[int, str] = {}
    if values is None:
        values, faults = _pairs_one_by_one(wanted.points)
    return Asked(values[:, 0], values[:, 1], faults, crs=wanted.crs, at=wanted.at)


def _addresses(wanted: BatchRequest, limit: int) -> AskedAddresses:
    if wanted.addresses is None:
        raise InputError(
            "is missing", where="points", fix="send points, or addresses in their place"
        )
    if wanted.crs is not None:
        raise InputError("is for points", where="crs", fix="leave it out")
    require_few(len(wanted.addresses), limit)
    gathered = GatheredAddresses()
    gathered.add(wanted.addresses)
    return gathered.asked(at=wanted.at)


def _require_few_values(body: bytes, limit: int) -> None:
    """Raise `LimitExceeded` before values are made that take many times the memory of the body."""
    # The document and its list of points open twice.
    require_few(body.count(b"[") + body.count(b"{") - 2, limit)
    # Between `points`, `crs` and `at` there are two.
    if body.count(b",") > _COMMAS * limit + 2:
        raise LimitExceeded(
            f"there are more values than {limit:,} points can have",
            fix="send pairs of longitude and latitude, in several batches",
        )


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        # NaN, Infinity and numbers beyond a float are no reason to refuse the other rows.
        return json.loads(body)
    except (ValueError, RecursionError):
        raise InputError("the body is not JSON", fix='send {"points": [[121.25, 31.38]]}') from None


def _validated(content: Any) -> BatchRequest:
    try:
        return BatchRequest.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(
            first["msg"],
            where=".".join(str(part) for part in first["loc"]) or "body",
            fix='send {"points": [[121.25, 31.38]], "crs": "wgs84"}',
        ) from None


def _plain_pairs(points: list[Any]) -> NDArray[np.float64] | None:
    """All points at once, where every one is a list of two floats or ints; else None."""
    if not points:
        return np.empty((0, 2))
    if set(map(type, points)) != {list} or set(map(len, points)) != {2}:
        return None
    numbers = list(chain.from_iterable(points))
    if not set(map(type, numbers)) <= {float, int}:
        return None
    try:
        return np.array(numbers, dtype=np.float64).reshape(-1, 2)
    except OverflowError:
        return None


def _pairs_one_by_one(points: list[Any]) -> tuple[NDArray[np.float64], dict[int, str]]:
    values = np.full((len(points), 2), np.nan)
    faults: dict[int, str] = {}
    for row, point in enumerate(points):
        if not (isinstance(point, list) and len(point) == 2 and all(map(_is_number, point))):
            faults[row] = NO_POINT
            continue
        try:
            values[row] = point
        except OverflowError:
            # Beyond every float, so not on the globe either: that is what the row will say.
            continue
    return values, faults


def _is_number(value: Any) -> bool:
    # JSON has no NaN, but Python reads it.
    return type(value) is int or (type(value) is float and math.isfinite(value))
