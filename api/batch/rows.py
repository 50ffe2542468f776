"""The rows of an answer, block by block, as bytes of each kind."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from api.answers import json_bytes
from api.batch.documents import csv_document, csv_line, json_document, taken
from api.batch.kinds import ARROW, CSV, JSON
from gisgrid.locate import NESTED_LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from api.served import Served

__all__ = ["COLUMNS", "Batch", "written"]

_STATUSES: Final = ("inside", "border", "outside", "error")
_INSIDE, _BORDER, _OUTSIDE, _ERROR = range(4)
COLUMNS: Final = ("status", *NESTED_LEVELS, "error")
_BLOCK: Final = 1 << 16

Row = tuple[str | None, ...]


@dataclass(frozen=True)
class Batch:
    """A batch whose points have been read, before they are looked up.

    Attributes
    ----------
    lon, lat : ndarray of float64, shape (n,)
        Degrees in WGS 84; NaN where a row is an error.
    reasons : sequence of str
        The different reasons why rows are errors.
    reason : ndarray of int32, shape (n,)
        The position in ``reasons``; -1 where a row is none.
    ids : list of str or None
        Echoed in a CSV.
    served : Served
        The boundaries that all rows are answered from.
    head : mapping
        What is said before the rows.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    reasons: Sequence[str]
    reason: NDArray[np.int32]
    ids: list[str] | None
    served: Served
    head: Mapping[str, Any]

    def codes(self, level: str) -> list[str]:
        """The codes of a level by position."""
        return [grid.code for grid in self.served.grids.get(level, ())]


@dataclass(frozen=True)
class _Block:
    """Some rows: where each column's value stands in its list, -1 for none."""

    status: NDArray[np.int32]
    owners: tuple[NDArray[np.int32], ...]
    error: NDArray[np.int32]


def written(batch: Batch, kind: str) -> Iterator[bytes]:
    """The answer to a batch in pieces; each is looked up when it is asked for."""
    return _WRITERS[kind](batch)


def _blocks(batch: Batch) -> Iterator[_Block]:
    for start in range(0, len(batch.lon), _BLOCK):
        part = slice(start, start + _BLOCK)
        lon, lat, error = batch.lon[part], batch.lat[part], batch.reason[part]
        status = np.full(len(lon), _OUTSIDE, dtype=np.int32)
        owners = []
        on_border = np.zeros(len(lon), dtype=np.bool_)
        for level in NESTED_LEVELS:
            index = batch.served.index.indexes.get(level)
            if index is None:
                owners.append(np.full(len(lon), -1, dtype=np.int32))
                continue
            owner, touched = index.locate(lon, lat, border=True)
            owners.append(owner)
            on_border |= touched
            status[owner >= 0] = _INSIDE
        status[on_border] = _BORDER
        status[error >= 0] = _ERROR
        yield _Block(status, tuple(owners), error)


def _arrow(batch: Batch) -> Iterator[bytes]:
    values = [_STATUSES, *(batch.codes(level) for level in NESTED_LEVELS), batch.reasons]
    dictionaries = [pa.array(one, pa.string()) for one in values]
    kind = pa.dictionary(pa.int32(), pa.string())
    metadata = {name: str(value) for name, value in batch.head.items()}
    schema = pa.schema([(name, kind) for name in COLUMNS], metadata=metadata)
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, schema) as stream:
        for block in _blocks(batch):
            columns = (block.status, *block.owners, block.error)
            stream.write_batch(
                pa.record_batch(
                    [
                        pa.DictionaryArray.from_arrays(
                            pa.array(column, mask=column < 0), dictionary
                        )
                        for column, dictionary in zip(columns, dictionaries, strict=True)
                    ],
                    schema=schema,
                )
            )
            yield taken(sink)
    yield taken(sink)


def _json(batch: Batch) -> Iterator[bytes]:
    def fragment(row: Row) -> bytes:
        return json_bytes(dict(zip(COLUMNS, row, strict=True)))

    return json_document(batch.head, _fragments(batch, fragment))


def _csv(batch: Batch) -> Iterator[bytes]:
    return csv_document(COLUMNS, batch.ids, _fragments(batch, csv_line))


def _fragments(batch: Batch, fragment: Callable[[Row], bytes]) -> Iterator[list[bytes]]:
    """Block by block the text of each row; rows that say the same are put into words once."""
    codes = [batch.codes(level) for level in NESTED_LEVELS]
    sizes = [len(_STATUSES), *(len(one) + 1 for one in codes), len(batch.reasons) + 1]
    # One number says which values a row has, if it does not grow beyond what int64 holds.
    assert math.prod(sizes) < 2**63
    values: list[list[str | None]] = [list(_STATUSES)]
    values += [[*one, None] for one in (*codes, batch.reasons)]
    for block in _blocks(batch):
        columns = (block.status, *block.owners, block.error)
        # -1 counts as the last place, where None stands.
        places = [column % size for column, size in zip(columns, sizes, strict=True)]
        keys, which = np.unique(np.ravel_multi_index(places, sizes), return_inverse=True)
        said = [
            fragment(tuple(one[place] for one, place in zip(values, row, strict=True)))
            for row in zip(*(part.tolist() for part in np.unravel_index(keys, sizes)), strict=True)
        ]
        yield [said[one] for one in which.tolist()]


_WRITERS: Final[Mapping[str, Callable[[Batch], Iterator[bytes]]]] = {
    ARROW: _arrow,
    CSV: _csv,
    JSON: _json,
}
