"""Points or addresses from an Arrow IPC stream."""

from __future__ import annotations

import struct
from io import BufferedReader
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from api.batch.asked import Asked, AskedAddresses, require_few
from api.batch.checked import Checked
from api.batch.gathered import GatheredAddresses, GatheredPoints
from gisgrid.errors import ColumnError, InputError
from gisgrid.points.columns import numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["read_arrow"]

# Bytes of a number that is written as text; what is longer is none.
_LONGEST: Final = 100


def read_arrow(body: BufferedReader, limit: int) -> Asked | AskedAddresses:
    """Read an Arrow IPC stream, batch by batch: columns ``lon`` and ``lat``, others are ignored.

    A stream with a column ``address`` and neither of the two asks for addresses.

    Raises
    ------
    InputError
        It is no such stream, or breaks off.
    ColumnError
        A column is missing, there twice, or holds no numbers or no text.
    LimitExceeded
        It has more rows than the limit.
    """
    try:
        return _read(body, limit)
    # A damaged length makes Arrow ask for more memory than there is.
    except (pa.ArrowException, OSError, MemoryError, struct.error, IndexError, UnicodeDecodeError):
        raise InputError(
            "the body is not a whole Arrow IPC stream", fix="send a stream, not a file (Feather)"
        ) from None


def _read(body: BufferedReader, limit: int) -> Asked | AskedAddresses:
    taken = 0
    with pa.ipc.open_stream(BufferedReader(Checked(body))) as stream:
        names = set(stream.schema.names)
        addresses = "address" in names and not {"lon", "lat"} & names
        gathered = GatheredAddresses() if addresses else GatheredPoints()
        columns = [_Column(_require_one(stream.schema, name)) for name in gathered.columns]
        for batch in stream:
            taken += len(batch)
            require_few(taken, limit)
            if isinstance(gathered, GatheredPoints):
                x, y = (column.values(batch.column(column.name)) for column in columns)
                gathered.add(x, y)
            else:
                gathered.add(columns[0].texts(batch.column("address")))
    return gathered.asked()


def _require_one(schema: Any, name: str) -> str:
    count = len(schema.get_all_field_indices(name))
    if count != 1:
        raise ColumnError(
            f"there are {count} columns {name!r}, not one",
            fix="send columns lon and lat, or address",
        )
    return name


class _Column:
    """A column read batch by batch; a dictionary's words are read once, not row by row."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._dictionary: Any = None
        self._words: Any = None

    def values(self, part: Any) -> NDArray[np.float64]:
        """The numbers of one batch, NaN where there is none."""
        if not pa.types.is_dictionary(part.type):
            return _values(part, self.name)
        if self._is_new(part):
            self._words = pa.array(_values(part.dictionary, self.name))
        return _floats(self._words.take(part.indices))

    def texts(self, part: Any) -> list[object]:
        """The texts of one batch, None where there is none."""
        if not pa.types.is_dictionary(part.type):
            return _texts(part, self.name)
        if self._is_new(part):
            self._words = _texts(part.dictionary, self.name)
        # A long word that many rows name stays one.
        rows = part.indices.to_pylist()
        return [None if at is None or at < 0 else self._words[at] for at in rows]

    def _is_new(self, part: Any) -> bool:
        """Whether a batch has another dictionary than the one before."""
        part.indices.validate(full=True)
        if self._dictionary is not None and _is_same(self._dictionary, part.dictionary):
            return False
        self._dictionary = part.dictionary
        return True


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


def _texts(column: Any, name: str) -> list[object]:
    column.validate(full=True)
    kind = column.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind)):
        raise ColumnError(f"column {name!r} holds {kind}, not text", fix="send strings")
    found: list[object] = column.to_pylist()
    return found


def _floats(column: Any) -> NDArray[np.float64]:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)
