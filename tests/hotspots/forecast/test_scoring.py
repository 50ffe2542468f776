"""Hits by hand, and what holds of them always."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.hotspots.forecast.scoring import hits

# Ten places of one size: 1 of 10 is a tenth of the area.
CAME = np.array([5.0, 3, 0, 2, 0, 0, 0, 0, 0, 0])
AREA = np.ones(10)
PARTS = np.array([0.1, 0.2, 0.5])


def test_hits_by_hand() -> None:
    score = np.array([9.0, 8, 7, 6, 5, 4, 3, 2, 1, 0])
    assert hits(score, CAME, AREA, PARTS).tolist() == [5.0, 8.0, 10.0]
    assert hits(-score, CAME, AREA, PARTS).tolist() == [0.0, 0.0, 0.0]
    # Half of the second place is in.
    assert hits(score, CAME, AREA, np.array([0.15])).tolist() == [6.5]


def test_places_ranked_alike_share() -> None:
    assert hits(np.zeros(10), CAME, AREA, PARTS).tolist() == [1.0, 2.0, 5.0]
    score = np.array([1.0, 1, 0, 0, 0, 0, 0, 0, 0, 0])
    assert hits(score, CAME, AREA, PARTS).tolist() == pytest.approx([4.0, 8.0, 8.75])


def test_places_are_ranked_per_area() -> None:
    area = np.array([4.0, 1.0, 5.0])
    came = np.array([4.0, 2.0, 0.0])
    assert hits(came, came, area, np.array([0.1, 0.5])).tolist() == [2.0, 6.0]


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), min_size=1, max_size=40),
    st.floats(0.0, 1.0),
)
def test_hindsight_is_never_beaten_and_order_does_not_matter(
    rows: list[tuple[int, int]], part: float
) -> None:
    score, came = np.array(rows, dtype=float).T
    area, parts = np.ones(len(rows)), np.array([part])
    own = hits(score, came, area, parts)[0]
    assert own <= hits(came, came, area, parts)[0] + 1e-9
    turned = slice(None, None, -1)
    assert hits(score[turned], came[turned], area, parts)[0] == pytest.approx(own)
    assert hits(score, came, area, np.array([1.0]))[0] == pytest.approx(came.sum())
