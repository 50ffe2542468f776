"""A file of addresses in words, with the standard address, its point and its grids beside each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from gisgrid.errors import InputError
from gisgrid.locate import NESTED_LEVELS
from gisgrid.points.columns import texts
from gisgrid.points.sieve import Sieve
from gisgrid.store.addresses import read_book
from gisgrid.store.addresses.saying import why

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy import Connection

    from gisgrid.address.records import Match
    from gisgrid.files import Batch
    from gisgrid.locate import LevelIndex

__all__ = ["ADDRESS", "ANSWER", "AddressAnswers"]

ADDRESS: Final = "address"
"""The column that holds the texts."""

ANSWER: Final[tuple[str, ...]] = (
    *("status", "score", "matched", "lon", "lat"),
    *NESTED_LEVELS,
    "error",
)
"""The columns that the answer brings."""


class AddressAnswers:
    """Answers batch after batch.

    Parameters
    ----------
    connection : Connection
    index : LevelIndex
        Whose boundaries answer.
    codes : dict of int to str
        Of the grids.
    """

    def __init__(self, connection: Connection, index: LevelIndex, codes: dict[int, str]) -> None:
        self._book = read_book(connection)
        self._index = index
        self._codes = codes

    def answered(self, batch: Batch) -> pd.DataFrame:
        """The rows again with `ANSWER` beside them.

        Only what is found has a point and grids; otherwise ``matched`` is the likeliest address,
        and ``error`` says why it is not certain.
        """
        sieve = Sieve(batch)
        said, bad = texts(batch.frame[ADDRESS])
        sieve.drop(bad, ADDRESS, "holds a NUL character")
        sieve.drop((said == "").to_numpy(dtype=bool), ADDRESS, "is missing")
        matches: list[Match | None] = [None] * len(batch)
        reasons = np.full(len(batch), "", dtype=object)
        for row in np.flatnonzero(sieve.good).tolist():
            try:
                matches[row] = self._book.resolve(said.iloc[row], limit=3)
            except InputError as error:
                reasons[row] = error.what
        sieve.drop(reasons != "", ADDRESS, reasons)
        return self._beside(batch, sieve, matches)

    def _beside(self, batch: Batch, sieve: Sieve, matches: list[Match | None]) -> pd.DataFrame:
        best = [match.candidates[0] if match and match.candidates else None for match in matches]
        found = np.array([match is not None and match.status == "found" for match in matches])
        lon, lat = (
            np.array([getattr(one, name) if one else np.nan for one in best], dtype=np.float64)
            for name in ("lon", "lat")
        )
        lon, lat = np.where(found, lon, np.nan), np.where(found, lat, np.nan)
        owners = self._index.owners(lon, lat)
        frame = batch.frame.copy()
        frame["status"] = [match.status if match else "error" for match in matches]
        frame["score"] = [round(one.score, 4) if one else None for one in best]
        frame["matched"] = [one.text if one else None for one in best]
        frame["lon"], frame["lat"] = lon, lat
        for level in NESTED_LEVELS:
            frame[level] = [self._codes.get(one) for one in owners.ids(level).tolist()]
        unsure = [why(match) if match else None for match in matches]
        errors = zip(sieve.reasons(), unsure, strict=True)
        frame["error"] = [bad or doubt or None for bad, doubt in errors]
        return frame
