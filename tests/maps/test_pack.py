from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.maps import MapText, grids_map
from gisgrid.maps.pack import LIMIT, pack, pack_deltas
from tests.maps.browser import Opener
from tests.maps.frames import frame

WITHIN = st.integers(-LIMIT + 1, LIMIT - 1)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def unpack(text: str) -> list[int]:
    """Read the format one character at a time."""
    out, value, shift = [], 0, 0
    for letter in text:
        digit = ALPHABET.index(letter)
        value |= (digit & 31) << shift
        shift += 5
        if digit < 32:
            out.append(value // 2 if value % 2 == 0 else -(value + 1) // 2)
            value, shift = 0, 0
    return out


@given(st.lists(WITHIN, max_size=60))
def test_integers_come_back(values: list[int]) -> None:
    assert unpack(pack(values)) == values


@given(st.lists(st.tuples(st.integers(-(10**8), 10**8), st.integers(-(10**8), 10**8)), max_size=30))
def test_steps_add_up(rows: list[tuple[int, int]]) -> None:
    steps = np.array(unpack(pack_deltas(np.array(rows, dtype=np.int64).reshape(-1, 2))))
    assert steps.reshape(-1, 2).cumsum(axis=0).tolist() == [list(row) for row in rows]


def test_small_numbers_take_one_character() -> None:
    assert len(pack(np.arange(-16, 16))) == 32
    assert len(pack([16])) == 2


def test_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="beyond"):
        pack([LIMIT])


def test_the_page_reads_the_same(open_page: Opener, text: MapText) -> None:
    values = [0, 1, -1, 15, 16, -17, 511, 512, 10**6, -(10**6), LIMIT - 1, 1 - LIMIT]
    page = open_page(grids_map({"area": frame([])}, text)).page
    assert page.evaluate("text => gisgrid.unpack(text)", pack(values)) == values
    rows = np.array([[12_123_456, 3_123_456], [12_123_400, 3_123_500], [12_000_000, 3_200_000]])
    read = page.evaluate("text => gisgrid.unpackDeltas(text, 2)", pack_deltas(rows))
    assert read == rows.ravel().tolist()
