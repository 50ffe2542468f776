"""The sorted rows against looking at every address."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.address.rows import AddressRows, Asked

_ADDRESS = st.tuples(
    st.integers(-1, 3),  # name
    st.integers(0, 3),  # number
    st.integers(0, 2),  # lane
    st.integers(0, 2),  # building
    st.integers(-1, 2),  # unit
)
_ASKED = st.builds(Asked, st.integers(0, 2), st.integers(0, 3), st.integers(-1, 2))


@given(st.lists(_ADDRESS, max_size=40), _ASKED, st.integers(0, 3), st.integers(0, 2))
def test_every_address_that_bears_the_numbers_is_found(
    addresses: list[tuple[int, int, int, int, int]], asked: Asked, name: int, unit: int
) -> None:
    table = np.array(addresses, dtype=np.int32).reshape(-1, 5)
    rows = AddressRows.sort(
        table[:, 0],
        (table[:, 1], table[:, 2], table[:, 3]),
        np.zeros(len(table), dtype=np.int32),
        table[:, 4],
        tokens=4,
        units=3,
    )
    named = rows.row[rows.of_name(name, asked)].tolist()
    assert sorted(named) == _tried(table, asked, table[:, 0] == name)
    number, lane = np.int64(asked.number), np.int64(asked.lane)
    bears = rows.any_of_names(np.array([name]), np.array([lane]), int(number))
    plain = Asked(asked.lane if number else 0, asked.number, 0)
    assert bears.tolist() == [bool(_tried(table, plain, table[:, 0] == name))]
    owned = rows.row[rows.of_unit(unit, asked)].tolist()
    assert sorted(owned) == _tried(table, asked, (table[:, 4] == unit) & (table[:, 0] >= 0))


def _tried(table: np.ndarray, asked: Asked, here: np.ndarray) -> list[int]:
    if asked.number:
        here = here & (table[:, 1] == asked.number)
    if asked.lane:
        here = here & (table[:, 2] == asked.lane)
    if asked.building and table[here, 3].any():
        here = here & (table[:, 3] == asked.building)
    return np.flatnonzero(here).tolist()
