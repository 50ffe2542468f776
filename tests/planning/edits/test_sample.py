"""Edits on the sample district, as its files give it."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np

from gisgrid.bench.drawn_edits import KINDS, draw_edit
from gisgrid.errors import GisgridError
from gisgrid.planning.edits import Stack
from tests.planning.edits.states import outline, redraw, require_only_more_vertices, require_whole

BOUNDARIES = Path(__file__).parents[3] / "data" / "boundaries"


def sample_stack() -> Stack:
    number = count(1)
    keys: dict[str, int] = {}
    shapes: dict[str, dict[int, Any]] = {}
    parents: dict[int, int | None] = {}
    for level in ("area", "unit", "micro"):
        frame = gpd.read_file(BOUNDARIES / f"{level}s.geojson")
        keys |= {code: next(number) for code in frame["code"]}
        shapes[level] = {
            keys[code]: shape for code, shape in zip(frame["code"], frame.geometry, strict=True)
        }
        parents |= {
            keys[code]: keys.get(parent)
            for code, parent in zip(frame["code"], frame["parent"], strict=True)
        }
    return Stack(shapes, parents, {key: code for code, key in keys.items()})


def test_edits_of_the_sample_district_keep_it_whole() -> None:
    stack = first = sample_stack()
    require_whole(stack)
    rng = np.random.default_rng(7)
    done = 0
    for kind in KINDS * 4:
        try:
            stack = redraw(stack, draw_edit(stack, kind, rng)())
        except GisgridError:
            continue
        done += 1
    assert done > 2 * len(KINDS)
    require_whole(stack)
    for level in stack.shapes:
        require_only_more_vertices(outline(first, level), outline(stack, level))
