"""Many points at once, by the index in memory that stands for the present revision."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.answers import json_answer
from api.bodies import parse_json
from api.parameters import CrsName, Instant
from api.reading import Reading, open_reading
from gisgrid.errors import InputError, LimitExceeded
from gisgrid.geometry.crs import Crs, to_wgs84, valid_lonlat
from gisgrid.locate import NESTED_LEVELS, LevelIndex
from gisgrid.store.coverages import level_index
from gisgrid.store.grids import listing

if TYPE_CHECKING:
    from fastapi import Request, Response
    from numpy.typing import NDArray

    from api.service import Service

__all__ = ["BatchRequest", "resolve_batch"]

_NO_POINT: Final = "a point is [lon, lat], two numbers"
_NOT_ON_EARTH: Final = "does not lie on the globe: give lon and lat in that order"


class BatchRequest(BaseModel):
    """The body of a batch; `points` are read one by one, so that a bad one fails alone."""

    model_config = ConfigDict(extra="forbid")

    points: list[Any] = Field(
        description="[lon, lat] pairs in `crs`.",
        examples=[[[121.25, 31.38], [121.30, 31.40]]],
    )
    crs: CrsName = "wgs84"
    at: Instant = None


@dataclass(frozen=True)
class _Located:
    """An index and the code of each grid id."""

    index: LevelIndex
    codes: dict[int, str]


def resolve_batch(request: Request, body: bytes, service: Service) -> Response:
    """The answer to a batch.

    Raises
    ------
    InputError, CrsError
        The batch as a whole cannot be read.
    LimitExceeded
        It holds more points than the setting ``batch_limit``.
    """
    wanted = _read(parse_json(body))
    limit = service.settings.batch_limit
    if len(wanted.points) > limit:
        raise LimitExceeded(
            f"{len(wanted.points):,} points are more than the limit of {limit:,}",
            fix="send them in several batches",
        )
    crs = Crs.parse(wanted.crs)
    x, y, faults = _columns(wanted.points)
    lon, lat = to_wgs84(x, y, crs)
    off = ~valid_lonlat(lon, lat)
    with open_reading(service, wanted.at) as reading:
        key = (reading.revision, reading.asked)
        located: _Located = service.indexes.get(key, lambda: _locate(reading))
    rows = _rows(located, lon, lat, off, faults)
    return json_answer(request, {"crs": crs.name, "rows": rows}, reading, private=True)


def _read(content: Any) -> BatchRequest:
    try:
        return BatchRequest.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(
            first["msg"],
            where=".".join(str(part) for part in first["loc"]) or "body",
            fix='send {"points": [[121.25, 31.38]], "crs": "wgs84"}',
        ) from None


def _columns(
    points: list[Any],
) -> tuple[NDArray[np.float64], NDArray[np.float64], dict[int, str]]:
    """Coordinates, NaN where a point cannot be read, and why it cannot."""
    values = np.full((len(points), 2), np.nan)
    faults: dict[int, str] = {}
    for row, point in enumerate(points):
        if not (isinstance(point, list) and len(point) == 2 and all(map(_is_number, point))):
            faults[row] = _NO_POINT
            continue
        try:
            values[row] = point
        except OverflowError:
            faults[row] = _NOT_ON_EARTH
    return values[:, 0], values[:, 1], faults


def _is_number(value: Any) -> bool:
    # JSON has no NaN, but Python reads it.
    return type(value) is int or (type(value) is float and math.isfinite(value))


def _locate(reading: Reading) -> _Located:
    named = listing(reading.connection, reading.at)
    return _Located(
        level_index(reading.connection, reading.at), {grid.id: grid.code for grid in named}
    )


def _rows(
    located: _Located,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    off: NDArray[np.bool_],
    faults: dict[int, str],
) -> list[dict[str, str | None]]:
    # A point that cannot be read is nowhere, so no level owns it.
    owners = located.index.owners(np.where(off, np.nan, lon), np.where(off, np.nan, lat))
    ids = [owners.ids(level).tolist() for level in NESTED_LEVELS]
    codes = located.codes.get
    rows: list[dict[str, str | None]] = []
    everything = zip(*ids, owners.statuses(), off.tolist(), strict=True)
    for row, (area, unit, micro, status, wrong) in enumerate(everything):
        rows.append(
            {
                "status": "error" if wrong else status,
                "area": codes(area),
                "unit": codes(unit),
                "micro": codes(micro),
                "error": faults.get(row, _NOT_ON_EARTH) if wrong else None,
            }
        )
    return rows
