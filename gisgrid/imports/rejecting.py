"""Telling good rows from bad ones, and keeping the bad ones in the file and on record."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from gisgrid.errors import CrsError, InputError, RejectedError
from gisgrid.files import Batch, Reject, RejectsFile, Source
from gisgrid.store import imports

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from gisgrid.geometry.crs import Crs

__all__ = ["RejectLog", "Sieve", "require_crs"]

_LONGEST_VALUE = 200


def require_crs(source: Source) -> Crs:
    """The CRS that was stated or that the file says; it is never guessed.

    Raises
    ------
    CrsError
        There is neither.
    """
    if source.crs is None:
        raise CrsError(
            "the file does not say in which coordinate system it is",
            where=str(source.path),
            fix="state it: --crs EPSG:n, wgs84, cgcs2000, gcj02 or bd09",
        )
    return source.crs


class Sieve:
    """The rows of one batch that are still good, and why the others are not.

    The first reason found for a row is the one that is kept.
    """

    def __init__(self, batch: Batch) -> None:
        self._first_row = batch.first_row
        self.good = np.ones(len(batch), dtype=np.bool_)
        self.rejects: list[Reject] = []
        for fault in batch.faults:
            self.good[fault.row - batch.first_row] = False
            self.rejects.append(fault)

    def drop(
        self, bad: NDArray[np.bool_], field: str, reason: str | Iterable[str], values: Any = None
    ) -> None:
        """Reject rows.

        Parameters
        ----------
        bad : ndarray of bool, shape (rows of the batch,)
        field : str
            The column, or ``geometry``.
        reason : str or iterable of str
            One for all, or one for each row of the batch.
        values : sequence, optional
            What stood there, for each row of the batch.
        """
        rows = np.flatnonzero(bad & self.good)
        reasons = reason if isinstance(reason, str) else list(reason)
        for row in rows:
            why = reasons if isinstance(reasons, str) else reasons[row]
            value = "" if values is None else str(values[row])[:_LONGEST_VALUE]
            self.rejects.append(Reject(self._first_row + int(row), field, why, value))
        self.good[rows] = False


class RejectLog:
    """Keeps rejects in a CSV in the current folder and in the database, as they come.

    Parameters
    ----------
    source : Path
        The file that is imported; it names the rejects file.
    layer : str, optional
        Its layer, which is then in the rejects file's name too.
    path : Path, optional
        Where to write the rejects file instead.
    """

    def __init__(
        self,
        connection: Connection,
        import_id: int,
        source: Path,
        layer: str | None = None,
        path: Path | None = None,
    ) -> None:
        self._connection = connection
        self._import_id = import_id
        self._source = source
        self._reasons: Counter[str] = Counter()
        if path is None and layer:
            path = Path.cwd() / f"{source.stem}.{layer}.rejects.csv"
        self._file = RejectsFile(source, path=path)

    @property
    def count(self) -> int:
        """Rejects so far."""
        return self._file.count

    @property
    def path(self) -> Path | None:
        """The rejects file, if anything was rejected."""
        return self._file.path if self.count else None

    def add(self, rejects: Iterable[Reject]) -> None:
        """Keep rejects."""
        kept = sorted(rejects, key=lambda reject: reject.row)
        rows = [(reject.row, reject.field, reject.reason, reject.value) for reject in kept]
        imports.add_rejects(self._connection, self._import_id, self.count, rows)
        self._file.add(kept)
        self._reasons.update(f"{reject.field} {reject.reason}".strip() for reject in kept)

    def nothing_left(self, read: int) -> InputError:
        """The error of an import of which no row can be used, with the commonest reason."""
        reason, count = self._reasons.most_common(1)[0]
        return InputError(
            f"none of the {read:,} rows can be used; {count:,} of them: {reason}",
            where=str(self._source),
            fix=f"see {self.path}",
        )

    def require_none(self) -> None:
        """Raise `RejectedError` when anything was rejected: the caller asked for all or none."""
        if self.count:
            raise RejectedError(
                f"{self.count:,} rows were rejected and nothing was imported (--strict)",
                where=str(self._file.path),
                fix="mend those rows, or import without --strict",
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
