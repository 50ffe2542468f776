"""Importing dividing lines: roads by class, rivers, walls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gisgrid.files import Batch, require_columns
from gisgrid.imports.loading import RowLoader
from gisgrid.imports.report import ImportReport
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
from gisgrid.store.tables import dividing_line

if TYPE_CHECKING:
    from sqlalchemy import Engine

__all__ = ["LineFile", "import_lines"]


@dataclass(frozen=True, kw_only=True)
class LineFile(RowFile):
    """A file of lines; its columns are ``class``, which it must bring, and ``name``."""


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
        loader = RowLoader(connection, dividing_line, ["source_id", "geom", *file.columns])

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
