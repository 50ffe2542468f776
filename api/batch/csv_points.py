"""Points or addresses from a CSV body."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import BufferedReader, TextIOWrapper
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

import pandas as pd

from api.batch.asked import Asked, AskedAddresses, require_few
from api.batch.gathered import GatheredAddresses, GatheredPoints
from gisgrid.errors import ColumnError, EncodingError, InputError
from gisgrid.points.columns import numbers

if TYPE_CHECKING:
    from _csv import Reader

__all__ = ["read_csv"]

_BLOCK: Final = 50_000
_FIX: Final = "send a header with lon and lat, or with address, and with id where rows have one"

# The cells of a row, or what is wrong with it.
_Row = list[str] | str


def read_csv(body: BufferedReader, limit: int) -> Asked | AskedAddresses:
    """Read a CSV body: a header with ``lon`` and ``lat``, perhaps ``id``; UTF-8.

    A header with ``address`` and neither of the two asks for addresses.

    Columns are parted by commas; by tabs or semicolons where the header has no comma.

    Raises
    ------
    ColumnError
        A column is missing, or there twice.
    EncodingError
        It is not UTF-8.
    InputError
        A quote is not closed.
    LimitExceeded
        It has more rows than the limit.
    """
    text = TextIOWrapper(body, encoding="utf-8-sig", newline="")
    try:
        return _read(text, limit)
    except UnicodeDecodeError:
        raise EncodingError("the body is not UTF-8", fix="send UTF-8") from None


def _read(text: TextIOWrapper, limit: int) -> Asked | AskedAddresses:
    first = text.readline()
    delimiter = next((mark for mark in ",\t;" if mark in first), ",")
    reader = csv.reader(chain([first], text), delimiter=delimiter, strict=True)
    header = _header(reader)
    addresses = "address" in header and not {"lon", "lat"} & set(header)
    gathered = GatheredAddresses() if addresses else GatheredPoints()
    places = [_place(header, name) for name in gathered.columns]
    id_place = header.index("id") if "id" in header else None
    rows = _rows(reader, len(header))
    ids: list[str] | None = None if id_place is None else []
    taken = 0
    while block := list(islice(rows, _BLOCK)):
        require_few(taken + len(block), limit)
        taken += len(block)
        bad = {row: found for row, found in enumerate(block) if isinstance(found, str)}
        cells = [found if isinstance(found, list) else [""] * len(header) for found in block]
        columns = [[row[place] for row in cells] for place in places]
        if isinstance(gathered, GatheredPoints):
            x, y = (numbers(pd.Series(column, dtype="str"))[0] for column in columns)
            gathered.add(x, y, bad)
        else:
            gathered.add(columns[0], bad)
        if ids is not None and id_place is not None:
            ids += [row[id_place] for row in cells]
    return gathered.asked(ids)


def _header(reader: Iterator[list[str]]) -> list[str]:
    try:
        return [name.strip() for name in next(reader, [])]
    except csv.Error:
        raise ColumnError("the header cannot be read", fix=_FIX) from None


def _place(header: list[str], name: str) -> int:
    if header.count(name) != 1:
        raise ColumnError(f"there are {header.count(name)} columns {name!r}, not one", fix=_FIX)
    return header.index(name)


def _rows(reader: Reader, width: int) -> Iterator[_Row]:
    """The rows, or why one cannot be read; blank lines are passed over."""
    while True:
        before = reader.line_num
        try:
            row = next(reader)
            fault = f"the row has {len(row)} cells where the header has {width}"
        except StopIteration:
            return
        except csv.Error as error:
            row, fault = None, f"the row cannot be read: {error}"
            if "end of data" in fault:
                raise _unclosed(before) from None
        if row is not None and len(row) in (0, width):
            if row:
                yield row
        elif reader.line_num > before + 1:
            # It took in lines that were meant as rows.
            raise _unclosed(before)
        else:
            yield fault


def _unclosed(lines: int) -> InputError:
    return InputError(
        "a quote is not closed, or closed in another row",
        where=f"line {lines + 1}",
        fix="close every quote, and write a quote inside of quotes twice",
    )
