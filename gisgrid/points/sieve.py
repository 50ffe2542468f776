"""Telling good rows from bad ones, and what every file of points must state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gisgrid.errors import CrsError
from gisgrid.files import Batch, Reject, Source
from gisgrid.geometry.crs import WGS84

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from gisgrid.geometry.crs import Crs

__all__ = ["Sieve", "require_crs"]

_LONGEST_VALUE = 200


def require_crs(source: Source, option: str = "--crs", *, at: tuple[str, str] | None = None) -> Crs:
    """The CRS that was stated or that the file says; it is never guessed.

    GCJ-02 and BD-09, which no file can name, may be stated of a file that says WGS 84, as phones
    do. Any other that contradicts the file is refused: one of the two is wrong.

    Parameters
    ----------
    source : Source
    option : str
        How a user states it, for the error.
    at : (str, str), optional
        The columns that the coordinates are in: what the file says is of its geometries alone.

    Raises
    ------
    CrsError
        There is neither, or they contradict each other.
    """
    if source.crs is None:
        raise CrsError(
            "the file does not say in which coordinate system it is",
            where=str(source.path),
            fix=f"state it: {option} EPSG:n, wgs84, cgcs2000, gcj02 or bd09",
        )
    said = source.said
    meant = WGS84 if source.crs.is_offset else source.crs
    if at is None and said is not None and not said.same_as(meant):
        raise CrsError(
            f"the file says {said}, {option} says {source.crs}",
            where=str(source.path),
            fix=f"leave {option} out, or mend what the file says",
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
        if not len(rows):
            return
        reasons = reason if isinstance(reason, str) else list(reason)
        for row in rows:
            why = reasons if isinstance(reasons, str) else reasons[row]
            value = "" if values is None else str(values[row])[:_LONGEST_VALUE]
            self.rejects.append(Reject(self._first_row + int(row), field, why, value))
        self.good[rows] = False

    def reasons(self) -> NDArray[np.object_]:
        """Why each row of the batch is bad, as ``field: reason``; None where it is good."""
        texts = np.full(len(self.good), None, dtype=object)
        for reject in self.rejects:
            text = f"{reject.field}: {reject.reason}" if reject.field else reject.reason
            texts[reject.row - self._first_row] = text
        return texts
