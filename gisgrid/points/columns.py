"""Columns of a file to typed values, each with the rows that have none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from gisgrid.times import EARLIEST_YEAR, LATEST_YEAR

if TYPE_CHECKING:
    from datetime import tzinfo

    from numpy.typing import NDArray

# A time of day with an offset behind it.
_OFFSET = r"\d[T ]\d{2}.*(?:Z|[+-]\d{2}(?::?\d{2})?)$"

_INSTANT: Final = "datetime64[us, UTC]"

# A day as ISO 8601, spreadsheets and people write it; spreadsheets may put a midnight behind it.
_DAY: Final = (
    r"^(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?"
    r"(?:[T ]0?0:00(?::00(?:\.0+)?)?)?$"
)

__all__ = ["days", "instants", "numbers", "texts", "whole_numbers"]


def texts(values: pd.Series[Any]) -> tuple[pd.Series[str], NDArray[np.bool_]]:
    """Text without surrounding blanks, "" where missing; bad where it holds a NUL."""
    text = values.astype("string").fillna("").str.strip()
    return text, text.str.contains("\x00", regex=False).to_numpy(dtype=bool)


def numbers(values: pd.Series[Any]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Finite numbers, NaN where missing; bad where something stands that is none."""
    found = pd.to_numeric(_stripped(values), errors="coerce").to_numpy(np.float64, na_value=np.nan)
    return found, ~np.isfinite(found) & ~_missing(values)


def whole_numbers(
    values: pd.Series[Any], most: int = 2**31 - 1
) -> tuple[pd.Series[Any], NDArray[np.bool_]]:
    """Whole numbers from 0 to ``most`` as nullable Int64; bad where another thing stands."""
    found, bad = numbers(values)
    with np.errstate(invalid="ignore"):
        bad |= (found < 0) | (found > most) | (found != np.round(found))
    bad &= ~_missing(values)
    clean = np.where(bad, np.nan, found)
    return pd.Series(clean).astype("Int64"), bad


def instants(values: pd.Series[Any], zone: tzinfo) -> tuple[pd.Series[Any], NDArray[np.bool_]]:
    """Aware times, NaT where missing.

    ISO 8601 dates and times are read, with ``/`` for ``-`` too. A time without an offset is one
    of the zone; a bare date is its midnight.
    """
    text = _stripped(values).astype("string").str.replace("/", "-", regex=False)
    offset = text.str.contains(_OFFSET, regex=True).fillna(False)
    aware = pd.to_datetime(text.where(offset), format="ISO8601", errors="coerce", utc=True)
    naive = pd.to_datetime(text.where(~offset), format="ISO8601", errors="coerce")
    # Of an hour that comes twice in autumn the second is meant; one skipped in spring moves on.
    second = np.zeros(len(text), dtype=bool)
    local = naive.dt.tz_localize(zone, ambiguous=second, nonexistent="shift_forward")
    both = (aware.astype(_INSTANT), local.dt.tz_convert("UTC").astype(_INSTANT))
    found = both[0].fillna(both[1])
    found = found.where(found.dt.year.between(EARLIEST_YEAR, LATEST_YEAR))
    return found, found.isna().to_numpy() & ~_missing(values)


def days(values: pd.Series[Any]) -> tuple[pd.Series[Any], NDArray[np.bool_]]:
    """Days as dates, None where missing; bad where something stands that is none.

    2024-04-01, 2024/4/1, 2024.4.1 and 2024年4月1日 are read.
    """
    parts = values.astype("string").str.strip().str.extract(_DAY)
    text = parts[0] + "-" + parts[1].str.zfill(2) + "-" + parts[2].str.zfill(2)
    read = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
    read = read.where(read.dt.year >= EARLIEST_YEAR)
    found = read.dt.date.astype(object).where(read.notna(), None)
    return found, read.isna().to_numpy() & ~_missing(values)


def _stripped(values: pd.Series[Any]) -> pd.Series[Any]:
    return values if pd.api.types.is_numeric_dtype(values) else values.astype("string").str.strip()


def _missing(values: pd.Series[Any]) -> NDArray[np.bool_]:
    stripped = _stripped(values)
    missing = stripped.isna()
    if not pd.api.types.is_numeric_dtype(stripped):
        missing |= (stripped == "").fillna(False)
    return missing.to_numpy(dtype=bool)
