"""Reading standard addresses by the million."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gisgrid.address.normal import normal
from gisgrid.address.plain import FIELDS, PLAIN, is_plain_name
from gisgrid.address.reading import KnownNames, readings
from gisgrid.errors import InputError

__all__ = ["Parts", "standard"]

_CHUNK = 500_000  # texts read at once: bounds the memory of the parts on their way


@dataclass(frozen=True)
class Parts:
    """The parts of n standard addresses, row by row.

    Parameters
    ----------
    names : pyarrow.DictionaryArray of string
        The pieces that are no number, joined: ``"上海市嘉定区马陆镇白银路"``. Of a text without
        Chinese the whole normal text.
    lane, branch, number, building, unit, floor, room : pyarrow.StringArray
        As in :class:`gisgrid.address.components.Numbers`; ``""`` where nothing is said.
    """

    names: Any
    lane: Any
    branch: Any
    number: Any
    building: Any
    unit: Any
    floor: Any
    room: Any


def standard(texts: Any, known: KnownNames | None = None) -> Parts:
    """Read many standard addresses, each in its plainest way.

    Those in plain form are read in columns, every other one by
    :func:`gisgrid.address.reading.readings`; both ways give the same.

    Parameters
    ----------
    texts : pyarrow.Array, pyarrow.ChunkedArray or sequence of str
        n texts; null and what is too long for an address have no parts.
    known : KnownNames, optional

    Returns
    -------
    Parts
        Of n rows.
    """
    if not isinstance(texts, pa.Array | pa.ChunkedArray):
        texts = pa.array(texts, pa.string())
    starts = range(0, max(len(texts), 1), _CHUNK)
    table = pa.concat_tables([_read(texts.slice(start, _CHUNK), known) for start in starts])
    table = table.unify_dictionaries().combine_chunks()
    return Parts(**{column: table[column].chunk(0) for column in ("names", *FIELDS)})


def _read(texts: Any, known: KnownNames | None) -> pa.Table:
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    found = pc.extract_regex(texts.cast(pa.string()), PLAIN)
    names = pc.struct_field(found, "name").dictionary_encode()
    spelt = [normal(name) for name in names.dictionary.to_pylist()]
    plain = pa.array([is_plain_name(name) for name in spelt], pa.bool_())
    good = pc.fill_null(plain.take(names.indices), False)
    columns = {field: pc.fill_null(pc.struct_field(found, field), "") for field in FIELDS}
    columns["names"] = pa.array(spelt, pa.string()).take(names.indices)
    rest = np.flatnonzero(~good.to_numpy(zero_copy_only=False))
    table = pa.table(columns)
    if len(rest):
        table = _replaced(table, rest, _one_by_one(texts.take(pa.array(rest)).to_pylist(), known))
    encoded = table["names"].combine_chunks().dictionary_encode()
    return table.set_column(table.schema.get_field_index("names"), "names", encoded)


def _one_by_one(texts: list[str | None], known: KnownNames | None) -> pa.Table:
    rows: list[dict[str, str]] = []
    for text in texts:
        try:
            reading = readings(text or "", known)[0]
        except InputError:
            rows.append(dict.fromkeys(("names", *FIELDS), ""))
            continue
        row = {field: getattr(reading.numbers, field) for field in FIELDS}
        rows.append({**row, "names": "".join(reading.names)})
    return pa.table({key: [row[key] for row in rows] for key in ("names", *FIELDS)})


def _replaced(table: pa.Table, rows: np.ndarray[Any, Any], others: pa.Table) -> pa.Table:
    """The table with some of its rows replaced."""
    both = pa.concat_tables([table, others.select(table.column_names)])
    order = np.arange(len(table))
    order[rows] = len(table) + np.arange(len(rows))
    return both.take(pa.array(order))
