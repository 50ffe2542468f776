"""What the files of a campaign share: columns by their names, required ones, and a place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from gisgrid.files import Batch, Source, require_columns
from gisgrid.imports.report import ImportReport, Notice
from gisgrid.imports.running import RowFile, drop_long, open_rows, run_import, typed
from gisgrid.points.positions import points_if_any
from gisgrid.points.sieve import Sieve, require_crs

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from gisgrid.geometry.crs import Crs
    from gisgrid.imports.campaigns.sheets import Sheet
    from gisgrid.imports.running import Loader
    from gisgrid.points.progress import Progress

__all__ = ["CampaignFiles", "Rows", "Taking", "take_sheet"]


@dataclass(frozen=True, kw_only=True)
class CampaignFiles:
    """The files of one campaign, and how to read them.

    Attributes
    ----------
    paths : tuple of Path
        Folders, or files called as `gisgrid.imports.campaigns.sheets.SHEETS`.
    code : str, optional
        The campaign, where there is no ``campaign.csv`` that says it.
    crs : str, optional
        Of the coordinates, where there are any.
    encoding, map_approval : str, optional
    strict : bool
        Take all rows or none.
    """

    paths: tuple[Path, ...]
    code: str | None = None
    crs: str | None = None
    encoding: str | None = None
    map_approval: str | None = None
    strict: bool = False


@dataclass(frozen=True)
class Taking:
    """One import of a campaign.

    Attributes
    ----------
    campaign_id : int
        0 until it is known.
    today : date
        What is done on a later day is not done yet.
    """

    connection: Connection
    files: CampaignFiles
    progress: Progress
    today: date
    campaign_id: int = 0


@dataclass(frozen=True)
class Rows:
    """The rows of one batch, typed.

    Attributes
    ----------
    batch : Batch
    sieve : Sieve
    values : dict
        By column; those that the file lacks are left out.
    lon, lat : ndarray of float64, shape (n,)
        WGS 84 degrees; NaN where a row says none.
    """

    batch: Batch
    sieve: Sieve
    values: dict[str, Any]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]

    def texts(self, column: str) -> NDArray[np.object_]:
        """A column of texts, empty where the file lacks it."""
        empty = np.full(len(self.batch), "", dtype=object)
        return np.asarray(self.values.get(column, empty), dtype=object)


# Given the columns that a file has: its loader, and what takes a batch of rows to it.
Opening = Callable[[tuple[str, ...]], "tuple[Loader, Callable[[Rows], None]]"]


def take_sheet(taking: Taking, sheet: Sheet, path: Path, begin: Opening) -> ImportReport:
    """Take the rows of one file; those that cannot be taken go to its rejects file."""
    files = taking.files
    file = RowFile(
        path=path,
        id=sheet.key,
        crs=files.crs,
        encoding=files.encoding,
        map_approval=files.map_approval,
        strict=files.strict,
    )
    with open_rows(file) as source:
        columns = tuple(name for name in sheet.readers if name in source.columns)
        require_columns(source, (*sheet.required, *columns))
        crs = _stated_crs(source, sheet)
        loader, add = begin(columns)

        def take(batch: Batch, sieve: Sieve) -> None:
            values = typed(batch, sieve, {name: name for name in columns}, sheet.readers)
            for name in sheet.required:
                empty = pd.isna(values[name]) | np.equal(values[name], "")
                sieve.drop(np.asarray(empty, dtype=bool), name, "is missing")
            drop_long(sieve, values[sheet.key], sheet.key)
            lon = lat = np.full(len(batch), np.nan)
            if crs is not None:
                lon, lat = points_if_any(batch, sieve, crs, ("lon", "lat"))
            add(Rows(batch, sieve, values, lon, lat))

        report = run_import(
            taking.connection,
            source,
            replace(file, columns={name: name for name in columns}),
            noun=f"campaign {sheet.name}",
            crs="" if crs is None else crs.name,
            wanted=[*columns, *(("lon", "lat") if crs is not None else ())],
            loader=loader,
            take=take,
            progress=taking.progress,
        )
        return replace(report, notices=(*report.notices, *_unread(source, sheet)))


def _stated_crs(source: Source, sheet: Sheet) -> Crs | None:
    """The system of the coordinates; None where the file has none."""
    if not sheet.placed or not {"lon", "lat"} & set(source.columns):
        return None
    require_columns(source, ("lon", "lat"))
    return require_crs(source, at=("lon", "lat"))


def _unread(source: Source, sheet: Sheet) -> tuple[Notice, ...]:
    """A column that is not read may be one whose name has a slip."""
    others = [name for name in source.columns if name and name not in sheet.columns]
    if not others:
        return ()
    listed, known = ", ".join(map(repr, others)), ", ".join(sheet.columns)
    return (
        Notice(
            "columns-not-read",
            len(others),
            f"{source.path.name} 中的列 {listed} 未读取;可读取的列: {known}",
            f"columns of {source.path.name} that are not read: {listed}; those that are: {known}",
        ),
    )
