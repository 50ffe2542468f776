"""What a batch asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from api.parameters import CrsName, Instant
from gisgrid.errors import LimitExceeded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["NO_POINT", "Asked", "AskedAddresses", "BatchQuery", "BatchRequest", "require_few"]

NO_POINT: Final = "lon and lat are not two numbers"


class BatchQuery(BaseModel):
    """The parameters of a batch; a JSON body may hold them instead."""

    model_config = ConfigDict(extra="forbid")

    crs: CrsName | None = None
    at: Instant = None


class BatchRequest(BaseModel):
    """The body of a batch in JSON: `points` or `addresses`, read one by one, so that a bad one
    fails alone.
    """

    model_config = ConfigDict(extra="forbid")

    points: list[Any] | None = Field(
        default=None,
        description="[lon, lat] pairs in `crs`.",
        examples=[[[121.25, 31.38], [121.30, 31.40]]],
    )
    addresses: list[Any] | None = Field(
        default=None,
        description="Texts, instead of points.",
        examples=[["马陆镇白银路288弄12号"]],
    )
    crs: CrsName | None = Field(default=None, description="`wgs84` unless stated.")
    at: Instant = None


@dataclass(frozen=True)
class Asked:
    """The points of a batch and what it says of them.

    Attributes
    ----------
    x, y : ndarray of float64, shape (n,)
        As sent, NaN where a row holds no point.
    faults : mapping of int to str
        Why the rows hold none.
    ids : list of str or None
        Of a CSV that has the column.
    crs, at : str or None
        Of a JSON body that states them.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    faults: Mapping[int, str] = field(default_factory=dict)
    ids: list[str] | None = None
    crs: str | None = None
    at: str | None = None


@dataclass(frozen=True)
class AskedAddresses:
    """The addresses of a batch and what it says of them.

    Attributes
    ----------
    texts : list of str
        As sent; empty where a row holds none.
    faults : mapping of int to str
        Why the rows hold none.
    ids : list of str or None
        Of a CSV that has the column.
    at : str or None
        Of a JSON body that states it.
    """

    texts: list[str]
    faults: Mapping[int, str] = field(default_factory=dict)
    ids: list[str] | None = None
    at: str | None = None


def require_few(rows: int, limit: int) -> None:
    """Raise `LimitExceeded` past the limit of points or addresses."""
    if rows > limit:
        raise LimitExceeded(
            f"there are more points than the limit of {limit:,}", fix="send them in several batches"
        )
