"""Points from an Arrow IPC stream."""

from __future__ import annotations

import struct
from io import BufferedReader
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from api.batch.asked import NO_POINT, Asked, require_few
from api.batch.checked import Checked
from gisgrid.errors import ColumnError, InputError
from gisgrid.points.columns import numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["read_arrow"]

# Bytes of a number that is written as text; what is longer is none.
_LONGEST: Final = 100


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
        columns = [_Column(_require_one(stream.schema, name)) for name in ("lon", "lat")]
        for batch in stream:
            require_few(taken + len(batch), limit)
            for part, column in zip(parts, columns, strict=True):
                part.append(column.values(batch.column(column.name)))
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


class _Column:
    """A column read batch by batch; a dictionary's words become numbers once, not row by row."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._dictionary: Any = None
        self._numbers: Any = None

    def values(self, part: Any) -> NDArray[np.float64]:
        """The numbers of one batch, NaN where there is none."""
        if not pa.types.is_dictionary(part.type):
            return _values(part, self.name)
        if self._dictionary is None or not _is_same(self._dictionary, part.dictionary):
            self._dictionary = part.dictionary
            self._numbers = pa.array(_values(part.dictionary, self.name))
        part.indices.validate(full=True)
        return _floats(self._numbers.take(part.indices))


def _is_same(one: Any, other: Any) -> bool:
    """Whether two arrays share their memory."""
    places = [[part and part.address for part in array.buffers()] for array in (one, other)]
    return places[0] == places[1] and len(one) == len(other) and one.offset == other.offset


def _values(column: Any, name: str) -> NDArray[np.float64]:
    column.validate(full=True)
    kind = column.type
    if pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        column = column.cast(pa.float64(), safe=False)
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
        short = pc.less_equal(pc.binary_length(column), _LONGEST)
        return numbers(pc.if_else(short, column, None).to_pandas().astype("str"))[0]
    elif not pa.types.is_null(kind):
        raise ColumnError(f"column {name!r} holds {kind}, not numbers", fix="send float64")
    return _floats(column)


def _floats(column: Any) -> NDArray[np.float64]:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)
