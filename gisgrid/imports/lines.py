"""Importing dividing lines: roads by class, rivers, walls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gisgrid.files import Batch, Reject, require_columns
from gisgrid.imports.loading import repeats
from gisgrid.imports.report import ImportReport, Notice
from gisgrid.imports.running import (
    TEXT,
    RowFile,
    open_rows,
    row_numbers,
    run_import,
    source_ids,
    typed,
)
from gisgrid.points.positions import shapes
from gisgrid.points.progress import Progress, quiet
from gisgrid.points.sieve import Sieve, require_crs
from gisgrid.store.copying import as_multi, ewkb
from gisgrid.store.places import Merged, Stage
from gisgrid.store.tables import dividing_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection, Engine

__all__ = ["LineFile", "import_lines"]


@dataclass(frozen=True, kw_only=True)
class LineFile(RowFile):
    """A file of lines; its columns are ``class``, which it must bring, and ``name``."""


class _LineLoader:
    outside = None

    def __init__(self, connection: Connection, columns: list[str]) -> None:
        self._stage = Stage(connection, dividing_line, ["source_id", "geom", *columns])

    def add(self, columns: Mapping[str, Any]) -> None:
        self._stage.add(columns)

    def repeated(self, field: str) -> Iterator[list[Reject]]:
        return repeats(self._stage, field)

    def merge(self, import_id: int | None) -> Merged:
        return self._stage.merge({"import_id": import_id})

    def notices(self) -> tuple[Notice, ...]:
        return ()


def import_lines(engine: Engine, file: LineFile, *, progress: Progress = quiet) -> ImportReport:
    """Import lines in one transaction.

    Raises
    ------
    InputError
        The file, a column or the CRS cannot be used; nothing is left behind.
    RejectedError
        ``strict`` and a row was rejected.
    """
    readers = {"class": TEXT, "name": TEXT}
    with open_rows(file) as source, engine.begin() as connection:
        crs = require_crs(source)
        wanted = [name for name in (file.id, *file.columns.values()) if name]
        require_columns(source, wanted)
        loader = _LineLoader(connection, list(file.columns))

        def take(batch: Batch, sieve: Sieve) -> None:
            lines = shapes(batch, sieve, crs, "line")
            values = typed(batch, sieve, file.columns, readers)
            sieve.drop(
                np.asarray(values["class"] == "", dtype=bool), file.columns["class"], "is missing"
            )
            ids = source_ids(batch, sieve, file)
            good = sieve.good
            columns = {"row": row_numbers(batch), "source_id": ids, **values}
            rows = {name: column[good] for name, column in columns.items()}
            loader.add({**rows, "geom": ewkb(as_multi(lines[good]))})

        return run_import(
            connection,
            source,
            file,
            noun="line",
            crs=crs.name,
            wanted=wanted,
            loader=loader,
            take=take,
            progress=progress,
        )
