"""Standard texts that are looked up as they are: postcodes, and whatever has no Chinese in it."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from gisgrid.address.normal import normal

__all__ = ["WholeTexts"]

_AFTER_ALL = "\U0010ffff"


@dataclass(frozen=True)
class WholeTexts:
    """Normal texts in their order, found whole or by how they begin.

    Attributes
    ----------
    texts : list of str
        Sorted.
    row : int64 array
        The address of each.
    """

    texts: list[str]
    row: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Any) -> WholeTexts:
        """Those of some texts (pyarrow.StringArray) that have no Chinese in them."""
        chinese = pc.match_substring_regex(texts, r"\p{Han}")
        row = np.flatnonzero(~pc.fill_null(chinese, True).to_numpy(zero_copy_only=False))
        spelt = [normal(text) for text in texts.take(row).to_pylist()]
        order = sorted(range(len(spelt)), key=spelt.__getitem__)
        return cls([spelt[i] for i in order], row[order])

    def find(self, text: str, limit: int) -> tuple[list[int], int]:
        """Rows of a normal text, or else of those that begin with it.

        Returns
        -------
        list of int
            At most ``limit``.
        int
            How many there are.
        """
        if not text:
            return [], 0
        low = bisect_left(self.texts, text)
        high = bisect_left(self.texts, text + "\0", lo=low)
        if high == low:
            high = bisect_left(self.texts, text + _AFTER_ALL, lo=low)
        return self.row[low : min(high, low + limit)].tolist(), high - low
