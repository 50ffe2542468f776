"""The rows of an answer to addresses, block by block, as bytes of each kind."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from api.answers import json_bytes
from api.batch.documents import csv_document, csv_line, json_document, taken
from api.batch.kinds import ARROW, CSV, JSON
from gisgrid.errors import InputError
from gisgrid.locate import NESTED_LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from api.served import Served
    from gisgrid.address.book import AddressBook
    from gisgrid.address.records import Match

__all__ = ["ADDRESS_COLUMNS", "AddressBatch", "addresses_written"]

_KINDS: Final[Mapping[str, Any]] = {
    "status": pa.string(),
    "score": pa.float64(),
    "address": pa.string(),
    "lon": pa.float64(),
    "lat": pa.float64(),
    **dict.fromkeys(NESTED_LEVELS, pa.string()),
    "error": pa.string(),
}
ADDRESS_COLUMNS: Final = tuple(_KINDS)
# A tenth of a second, after which others get their turn.
_BLOCK: Final = 256
_NOTHING: Final = (None,) * (len(ADDRESS_COLUMNS) - 2)

Row = tuple[str | float | None, ...]


@dataclass(frozen=True)
class AddressBatch:
    """A batch whose texts have been read, before they are looked up.

    Attributes
    ----------
    texts : sequence of str
    faults : mapping of int to str
        Why some rows are errors.
    ids : list of str or None
        Echoed in a CSV.
    book : AddressBook
        The addresses that all rows are matched with.
    served : Served
        The boundaries that all rows are answered from.
    head : mapping
        What is said before the rows.
    """

    texts: Sequence[str]
    faults: Mapping[int, str]
    ids: list[str] | None
    book: AddressBook
    served: Served
    head: Mapping[str, Any]

    def match(self, row: int) -> Match | str:
        """What a row's text means, or why it cannot be looked up."""
        if row in self.faults:
            return self.faults[row]
        try:
            # Whether there is a second one decides what is said of the first.
            return self.book.resolve(self.texts[row], limit=2)
        except InputError as error:
            return error.what


def addresses_written(batch: AddressBatch, kind: str) -> Iterator[bytes]:
    """The answer to a batch in pieces; each is looked up when it is asked for."""
    return _WRITERS[kind](batch)


def _blocks(batch: AddressBatch) -> Iterator[list[Row]]:
    for start in range(0, len(batch.texts), _BLOCK):
        stop = min(start + _BLOCK, len(batch.texts))
        found = [batch.match(row) for row in range(start, stop)]
        owners = _owners(batch.served, found)
        yield [
            ("error", *_NOTHING, one) if isinstance(one, str) else _row(one, codes)
            for one, codes in zip(found, owners, strict=True)
        ]


def _owners(served: Served, found: list[Match | str]) -> list[tuple[str | None, ...]]:
    """The codes of the grids that own each address that was found; None for all others."""
    points = np.full((len(found), 2), np.nan)
    for place, one in enumerate(found):
        if not isinstance(one, str) and one.status == "found":
            points[place] = (one.candidates[0].lon, one.candidates[0].lat)
    columns: list[list[str | None]] = []
    for level in NESTED_LEVELS:
        codes: list[str | None] = [grid.code for grid in served.grids.get(level, ())]
        index = served.index.indexes.get(level)
        at = np.full(len(found), -1) if index is None else index.locate(*points.T.copy())
        columns.append([None if one < 0 else codes[one] for one in at.tolist()])
    return list(zip(*columns, strict=True))


def _row(match: Match, owners: tuple[str | None, ...]) -> Row:
    """What a match comes to; who is not sure names the likeliest address, and no place."""
    best = match.candidates[0] if match.candidates else None
    score = None if best is None else round(best.score, 4)
    address = None if best is None else best.text
    found = best is not None and match.status == "found"
    point = (best.lon, best.lat) if best is not None and found else (None, None)
    return (match.status, score, address, *point, *owners, match.reason or None)


def _json(batch: AddressBatch) -> Iterator[bytes]:
    def fragment(row: Row) -> bytes:
        return json_bytes(dict(zip(ADDRESS_COLUMNS, row, strict=True)))

    return json_document(batch.head, ([fragment(row) for row in rows] for rows in _blocks(batch)))


def _csv(batch: AddressBatch) -> Iterator[bytes]:
    lines = ([csv_line(row) for row in rows] for rows in _blocks(batch))
    return csv_document(ADDRESS_COLUMNS, batch.ids, lines)


def _arrow(batch: AddressBatch) -> Iterator[bytes]:
    metadata = {name: str(value) for name, value in batch.head.items()}
    schema = pa.schema(list(_KINDS.items()), metadata=metadata)
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, schema) as stream:
        for rows in _blocks(batch):
            columns = zip(*rows, strict=True)
            arrays = [pa.array(one, kind) for one, kind in zip(columns, schema.types, strict=True)]
            stream.write_batch(pa.record_batch(arrays, schema=schema))
            yield taken(sink)
    yield taken(sink)


_WRITERS: Final[Mapping[str, Callable[[AddressBatch], Iterator[bytes]]]] = {
    ARROW: _arrow,
    CSV: _csv,
    JSON: _json,
}
