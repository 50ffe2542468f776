"""Any sequence of edits leaves coverages that nest, with every point in exactly one grid."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gisgrid.bench.drawn_edits import KINDS, draw_edit, nested_stack
from gisgrid.bench.honeycomb import make_coverage
from gisgrid.errors import GisgridError
from gisgrid.planning.edits import Stack
from tests.planning.edits.states import (
    outline,
    redraw,
    require_one_owner,
    require_only_more_vertices,
    require_whole,
)

STEPS = 8


def honeycomb(seed: int) -> Stack:
    return nested_stack(make_coverage(24, seed), 6, 12)


def households(stack: Stack, rng: np.random.Generator) -> np.ndarray:
    """Points well inside the district."""
    whole = shapely.buffer(outline(stack, "area"), -1e-6)
    west, south, east, north = shapely.bounds(whole)
    points = rng.uniform((west, south), (east, north), (600, 2))
    return points[shapely.contains_xy(whole, *points.T)]


def run_sequence(seed: int, steps: int) -> Counter[str]:
    """Random edits one after the other; how many of each kind were done, and refused."""
    rng = np.random.default_rng(seed)
    stack = first = honeycomb(seed % 5)
    done: Counter[str] = Counter()
    for _ in range(steps):
        kind = str(rng.choice(KINDS))
        try:
            redrawn = draw_edit(stack, kind, rng)()
        except GisgridError as error:
            done[f"refused {kind}"] += 1
            assert error.what, error
            assert error.fix or "no neighbour" in error.what
            continue
        done[kind] += 1
        stack = redraw(stack, redrawn)
        require_whole(stack)
    for level in stack.shapes:
        require_only_more_vertices(outline(first, level), outline(stack, level))
    require_one_owner(stack, households(first, rng))
    return done


@given(st.integers(0, 2**32))
@settings(max_examples=12)
def test_any_sequence_of_edits_leaves_coverages(seed: int) -> None:
    run_sequence(seed, STEPS)


def test_random_edits_are_mostly_done() -> None:
    """The property above would hold of edits that are all refused."""
    done = sum((run_sequence(seed, 20) for seed in range(4)), Counter())
    assert all(done[kind] >= 3 for kind in KINDS), done
    assert sum(done[kind] for kind in KINDS) > 0.5 * done.total(), done


@pytest.mark.drill
@pytest.mark.parametrize("seed", range(40))
def test_long_sequences(seed: int) -> None:
    run_sequence(seed, 100)
