"""On which side of a segment a point lies, against exact arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from gisgrid.locate.walking import side_of


def test_a_side_that_is_told_is_the_right_one() -> None:
    rng = np.random.default_rng(0)
    start, end = rng.uniform(-1, 1, (2, 60_000, 2)) * 2.0 ** rng.integers(-3, 4, (2, 60_000, 1))
    point = start + (end - start) * rng.random((60_000, 1))
    point = point + np.spacing(point) * rng.integers(-2, 3, point.shape)
    told = 0
    for numbers in np.hstack([start, end, point]).tolist():
        side = side_of(*numbers)
        if side:
            x0, y0, x1, y1, x, y = map(Fraction, numbers)
            turn = (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)
            assert side == (turn > 0) - (turn < 0), numbers
            told += 1
    # A third of these points, all within some ulps of their segment, is told at once.
    assert 0.2 < told / 60_000 < 0.5
