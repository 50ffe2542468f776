"""Where the rows of a file of places lie: by points of their own, or by their address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from gisgrid.errors import InputError
from gisgrid.files import require_columns
from gisgrid.geometry.crs import WGS84
from gisgrid.points.columns import texts
from gisgrid.points.positions import point_columns, points, points_if_any
from gisgrid.points.sieve import require_crs
from gisgrid.store.addresses.book import read_book
from gisgrid.store.addresses.reviews import Unsure, count_open, enqueue
from gisgrid.store.addresses.saying import why

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisgrid.address.records import Match
    from gisgrid.files import Batch, Source
    from gisgrid.geometry.crs import Crs
    from gisgrid.imports.report import ImportReport
    from gisgrid.points.sieve import Sieve

__all__ = ["AddressPoints", "Placed", "Positions"]

# What nobody would review any more is not queued.
_MOST_QUEUED: Final = 10_000

Lonlat = tuple[NDArray[np.float64], NDArray[np.float64]]


class Placed(Protocol):
    """A file whose rows lie somewhere: the columns that say where."""

    @property
    def lon(self) -> str | None:
        """Of longitude, or easting."""

    @property
    def lat(self) -> str | None:
        """Of latitude, or northing."""

    @property
    def address(self) -> str | None:
        """Of the address, for rows that bring no point."""


@dataclass(frozen=True)
class Positions:
    """How the rows of a file say where they lie.

    Attributes
    ----------
    crs : Crs or None
        Of the points that they bring; None where they bring none.
    at : (str, str) or None
        The columns of those.
    addresses : AddressPoints or None
        Finds the points of rows that may bring none.
    """

    crs: Crs | None
    at: tuple[str, str] | None
    addresses: AddressPoints | None

    @classmethod
    def of(cls, connection: Connection, source: Source, file: Placed) -> Positions:
        """As a file and its options say.

        Raises
        ------
        InputError
            A column or the CRS is missing.
        """
        addresses = None
        if file.address:
            require_columns(source, [file.address])
            addresses = AddressPoints(connection, file.address)
            if not (file.lon or file.lat or source.has_geometry):
                return cls(None, None, addresses)
        at = point_columns(source, file.lon, file.lat)
        return cls(require_crs(source, at=at), at, addresses)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns to read."""
        return (*(self.at or ()), *((self.addresses.column,) if self.addresses else ()))

    @property
    def crs_name(self) -> str:
        """For the record: standard addresses are in WGS 84."""
        return (self.crs or WGS84).name

    def own(self, batch: Batch, sieve: Sieve) -> Lonlat:
        """The points that rows bring, WGS 84 degrees; not a number where they need none."""
        if self.crs is None:
            return np.full(len(batch), np.nan), np.full(len(batch), np.nan)
        read = points if self.addresses is None else points_if_any
        return read(batch, sieve, self.crs, self.at)

    def filled(self, batch: Batch, sieve: Sieve, own: Lonlat) -> Lonlat:
        """The points of all rows that are good."""
        return own if self.addresses is None else self.addresses.fill(batch, sieve, *own)

    def reported(self, report: ImportReport) -> ImportReport:
        """Send to the review queue what could not be placed, and say so."""
        if self.addresses is None:
            return report
        queued = self.addresses.queue(report.import_id)
        return replace(report, by_address=self.addresses.placed, queued=queued)


class AddressPoints:
    """Finds the points of rows by the standard addresses on record.

    Parameters
    ----------
    connection : Connection
        Of the import's transaction.
    column : str
        The column of the address.

    Attributes
    ----------
    column : str
    placed : int
        Rows that got their point so.
    """

    def __init__(self, connection: Connection, column: str) -> None:
        self._connection = connection
        self.column = column
        self._book = read_book(connection)
        self._unsure: dict[str, Unsure] = {}
        self.placed = 0

    def fill(
        self, batch: Batch, sieve: Sieve, lon: NDArray[np.float64], lat: NDArray[np.float64]
    ) -> Lonlat:
        """Give the good rows that lie nowhere the point of their address; drop those without.

        Parameters
        ----------
        lon, lat : float64 array, shape (rows of the batch,)
            WGS 84 degrees; not a number where a row brings no point.
        """
        said, bad = texts(batch.frame[self.column])
        sieve.drop(bad, self.column, "holds a NUL character")
        lon, lat = lon.copy(), lat.copy()
        asked = np.flatnonzero(sieve.good & np.isnan(lon))
        reasons = np.full(len(batch), "", dtype=object)
        answers: dict[str, Match | InputError] = {}
        for row in asked.tolist():
            text = said.iloc[row]
            if text not in answers:
                answers[text] = self._answer(text)
            answer = answers[text]
            if isinstance(answer, InputError):
                reasons[row] = answer.what
            elif answer.status == "found":
                lon[row], lat[row] = answer.candidates[0].lon, answer.candidates[0].lat
            else:
                reasons[row] = why(answer) if text else "is missing"
                self._note(text, answer)
        sieve.drop(reasons != "", self.column, reasons, said.to_numpy(dtype=object))
        self.placed += len(asked) - int((reasons != "").sum())
        return lon, lat

    def queue(self, import_id: int) -> int:
        """Send what could not be placed to the review queue; how many texts wait there now.

        Those that a person put aside before do not.
        """
        unsure = list(self._unsure.values())
        sent_in = enqueue(self._connection, unsure, source=f"import {import_id}")
        return count_open(self._connection, set(sent_in))

    def _answer(self, text: str) -> Match | InputError:
        try:
            return self._book.resolve(text)
        except InputError as error:
            return error

    def _note(self, text: str, match: Match) -> None:
        known = self._unsure.get(text)
        if match.text and (known or len(self._unsure) < _MOST_QUEUED):
            seen = known.seen + 1 if known else 1
            self._unsure[text] = Unsure(text, match.status, match.reason, seen)
