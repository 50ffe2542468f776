"""Rows as documents: what stands before, between and behind them."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from api.answers import json_bytes
from gisgrid.files.cells import safe_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["csv_document", "csv_line", "json_document", "taken"]


def json_document(head: Mapping[str, Any], blocks: Iterable[list[bytes]]) -> Iterator[bytes]:
    """A JSON object of a head and ``rows``, block by block; each row is an object's text."""
    opened = json_bytes({**head, "rows": []})[:-2]
    before = opened
    for rows in blocks:
        yield before + b",".join(rows)
        before = b","
    # Without a row there was no block to begin the document.
    yield opened + b"]}" if before is opened else b"]}"


def csv_document(
    columns: Sequence[str], ids: list[str] | None, blocks: Iterable[list[bytes]]
) -> Iterator[bytes]:
    """A CSV with a header, block by block; each row is a line, before which its id is put."""
    yield csv_line(columns if ids is None else ("id", *columns))
    done = 0
    for rows in blocks:
        if ids is not None:
            names = ids[done : done + len(rows)]
            done += len(rows)
            rows = [
                csv_line((one,))[:-2] + b"," + row for one, row in zip(names, rows, strict=True)
            ]
        yield b"".join(rows)


def csv_line(row: Sequence[object]) -> bytes:
    """A line of a CSV, in which no cell is a formula."""
    line = io.StringIO()
    csv.writer(line).writerow([safe_cell(cell) for cell in row])
    return line.getvalue().encode("utf-8")


def taken(sink: io.BytesIO) -> bytes:
    """What was written, leaving the sink empty."""
    piece = sink.getvalue()
    sink.seek(0)
    sink.truncate()
    return piece
