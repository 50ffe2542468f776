"""More hazards than a page should carry one by one: how many of a kind lie in a bin in a month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gisgrid.hotspots.density.binning import NO_DAY, binned
from gisgrid.maps.columns import combined, counts, named, need
from gisgrid.maps.gaps import pack_gaps
from gisgrid.maps.hazard_rows import EPOCH, NO_TIME, days_of, places_of
from gisgrid.maps.pack import pack, pack_deltas

__all__ = ["packed_bins"]

_ROOM: Final = 350_000
"""Characters that the rows may take of a file; its grids and scripts take twice as many."""
_BITS_OF_CHARACTER: Final = 6
_KIND: Final = ("category", "subject", "severity", "state", "discovered")
# What rows tell of a hazard, the most first; where there are too many, they tell less.
_TOLD: Final = (
    _KIND,
    ("category", "severity", "state", "discovered"),
    ("category", "state", "discovered"),
    ("category", "state"),
    ("category",),
)
_UNTOLD: Final = -1


def packed_bins(
    hazards: pd.DataFrame,
    first_day: int,
    categories: Sequence[str],
    states: Sequence[str],
    codes: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    """Return hazards as weighted rows, packed; ``gisgrid.unbin`` in a page takes them apart.

    Parameters are those of `gisgrid.maps.hazard_rows.packed_rows`. What the rows tell of a hazard
    is listed in ``told``; the day of a row is the first one of its ``step``.

    Raises
    ------
    ColumnError, CoordinateError
        As in `gisgrid.maps.hazard_rows.places_of`, or a level's column is missing.
    """
    lonlat = places_of(hazards)
    need(hazards, codes, "hazards")
    subjects, subject = named(hazards["subject"])
    columns = {
        "category": _positions(hazards["category"], categories),
        "subject": subject,
        "severity": counts(hazards["severity"]),
        "state": _positions(hazards["state"], states),
        "discovered": hazards["discovered"].to_numpy(dtype=bool).astype(np.int64),
    }
    choices = [combined([columns[name] for name in told]) for told in _TOLD]
    found = [_positions(hazards[key], words) for key, words in codes.items()]
    owners, owner = combined(found or [np.zeros(len(hazards), np.int64)])
    days = days_of(hazards)
    day = np.where(np.isnat(days), NO_DAY, (days - EPOCH).astype(np.int64))
    bins = binned(
        lonlat[:, 0],
        lonlat[:, 1],
        [kind for _, kind in choices],
        day,
        owner,
        most_bits=_ROOM * _BITS_OF_CHARACTER,
    )
    told, parts = _TOLD[bins.told], choices[bins.told][0]
    kinds = np.full((len(parts), len(_KIND)), _UNTOLD, np.int64)
    kinds[:, [_KIND.index(name) for name in told]] = parts
    return {
        "told": told,
        "bin": bins.bin_m,
        "step": bins.step,
        "subjects": subjects if "subject" in told else [],
        "kinds": pack_deltas(kinds),
        "days": pack(np.where(bins.days == NO_DAY, NO_TIME, bins.days - first_day)),
        "corner": bins.corner,
        "side": bins.side,
        "cells": pack_gaps(bins.cell),
        "owner": pack_deltas(bins.owner),
        "owners": {key: pack_deltas(owners[:, at]) for at, key in enumerate(codes)},
        "gaps": pack_gaps(np.repeat(bins.keys, bins.n)),
    }


def _positions(values: pd.Series, words: Sequence[str]) -> NDArray[np.int64]:
    """The position of each value among words; -1 for others."""
    found, at = named(values)
    place = {word: position for position, word in enumerate(words)}
    return np.array([place.get(word, -1) for word in found], np.int64)[at]
