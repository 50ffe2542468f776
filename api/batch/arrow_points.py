"""Points from an Arrow IPC stream."""

from __future__ import annotations

import struct
from io import BufferedReader
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from api.batch.asked import NO_POINT, Asked, require_few
from api.batch.checked import Checked
from gisgrid.errors import ColumnError, InputError
from gisgrid.points.columns import numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["read_arrow"]


def read_arrow(body: BufferedReader, limit: int) -> Asked:
    """Read an Arrow IPC stream, batch by batch: columns ``lon`` and ``lat``, others are ignored.

    Raises
    ------
    InputError
        It is no such stream, or breaks off.
    ColumnError
        A column is missing, there twice, or holds no numbers.
    LimitExceeded
        It has more rows than the limit.
    """
    try:
        return _read(body, limit)
    # A damaged length makes Arrow ask for more memory than there is.
    except (pa.ArrowException, OSError, MemoryError, struct.error, IndexError):
        raise InputError(
            "the body is not a whole Arrow IPC stream", fix="send a stream, not a file (Feather)"
        ) from None


def _read(body: BufferedReader, limit: int) -> Asked:
    parts: list[list[NDArray[np.float64]]] = [[], []]
    faults: dict[int, str] = {}
    taken = 0
    with pa.ipc.open_stream(BufferedReader(Checked(body))) as stream:
        names = [_require_one(stream.schema, name) for name in ("lon", "lat")]
        for batch in stream:
            require_few(taken + len(batch), limit)
            for part, name in zip(parts, names, strict=True):
                part.append(_values(batch.column(name), name))
            x, y = parts[0][-1], parts[1][-1]
            lacking = np.flatnonzero(~(np.isfinite(x) & np.isfinite(y))).tolist()
            faults |= dict.fromkeys((taken + row for row in lacking), NO_POINT)
            taken += len(batch)
    x, y = (np.concatenate(part) if part else np.empty(0) for part in parts)
    return Asked(x, y, faults)


def _require_one(schema: Any, name: str) -> str:
    count = len(schema.get_all_field_indices(name))
    if count != 1:
        raise ColumnError(
            f"there are {count} columns {name!r}, not one", fix="send columns lon and lat"
        )
    return name


def _values(column: Any, name: str) -> NDArray[np.float64]:
    """The numbers of a column, NaN where there is none."""
    column.validate(full=True)
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.dictionary_decode(), kind.value_type
    if pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        column = column.cast(pa.float64(), safe=False)
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return numbers(column.to_pandas().astype("str"))[0]
    elif not pa.types.is_null(kind):
        raise ColumnError(f"column {name!r} holds {kind}, not numbers", fix="send float64")
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)
