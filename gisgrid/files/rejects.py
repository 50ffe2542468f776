"""The rows that an import could not take, kept in a file of their own."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from gisgrid.errors import FileError
from gisgrid.files.cells import safe_cell

__all__ = ["Reject", "RejectsFile"]

HEADER = ("row", "field", "reason", "value")


@dataclass(frozen=True)
class Reject:
    """One row that could not be taken.

    Attributes
    ----------
    row : int
        Number of the row in its file, from 1; a header is not counted.
    field : str
        The column, or ``geometry``, or ``""`` when it is the whole row.
    reason : str
        Why, in one sentence.
    value : str
        What was there.
    """

    row: int
    field: str
    reason: str
    value: str = ""


class RejectsFile:
    """Writes rejects to a CSV (UTF-8 with a byte order mark, so that a spreadsheet reads it right).

    The file is made with the first reject and takes the place of an earlier run's; a run that
    ends without any removes that one, so that what lies there is always of the last run. Its
    folder is the current one: the input's may be somebody else's.

    Parameters
    ----------
    source : Path
        The file that is imported: ``grids.geojson`` gives ``grids.rejects.csv``.
    path : Path, optional
        Where to write instead.

    Attributes
    ----------
    path : Path
    count : int
        Rejects written so far.
    """

    def __init__(self, source: Path, *, path: Path | None = None) -> None:
        self.path = path or Path.cwd() / f"{source.name.split('.')[0] or source.stem}.rejects.csv"
        self.count = 0
        self._file: TextIO | None = None
        if self.path.exists() and source.exists() and self.path.samefile(source):
            raise FileError(
                "the rejects file would replace the input",
                where=str(self.path),
                fix="name another (--rejects)",
            )

    def add(self, rejects: Iterable[Reject]) -> None:
        """Write rejects, in the order given."""
        for reject in rejects:
            if self._file is None:
                self._open()
            row = (reject.row, reject.field, reject.reason, reject.value)
            self._writer.writerow([safe_cell(cell) for cell in row])
            self.count += 1

    def close(self) -> None:
        """Finish the file; without a reject that of an earlier run is removed."""
        if self._file is not None:
            self._file.close()
            self._file = None
        elif not self.count:
            try:
                self.path.unlink(missing_ok=True)
            except OSError as error:
                raise _unwritable(self.path, error) from None

    def _open(self) -> None:
        try:
            self._file = self.path.open("w", encoding="utf-8-sig", newline="", errors="replace")
        except OSError as error:
            raise _unwritable(self.path, error) from None
        self._writer = csv.writer(self._file)
        self._writer.writerow(HEADER)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()


def _unwritable(path: Path, error: OSError) -> FileError:
    return FileError(f"the rejects file cannot be written: {error.strerror}", where=str(path))
