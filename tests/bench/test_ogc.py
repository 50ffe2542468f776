"""The bench of OGC's routes: what it asks for is there, and it knows when answers differ."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest
import shapely

from gisgrid.bench import GISGRID, BenchOptions
from gisgrid.bench.honeycomb import make_coverage
from gisgrid.bench.nested import publish_nested
from gisgrid.bench.ogc import ask, paths, run, same_grids
from gisgrid.bench.web import served
from gisgrid.errors import InputError
from gisgrid.store.engine import make_engine


def page(codes: Sequence[str]) -> bytes:
    features = [{"properties": {"code": code}} for code in codes]
    return json.dumps({"features": features}).encode()


def codes_of(answer: bytes) -> list[str]:
    return [one["properties"]["code"] for one in json.loads(answer)["features"]]


def test_the_boxes_and_tiles_that_are_asked_for_hold_grids(database_url: str) -> None:
    coverage = make_coverage(60, 1)
    engine = make_engine(database_url)
    publish_nested(engine, coverage)
    engine.dispose()
    with served(database_url) as address:
        asked = paths("items", GISGRID, coverage, 1)
        answers = ask(address, asked)
        tiles = ask(address, [*paths("z12", GISGRID, coverage, 1), asked[0].partition("?")[0]])
    for path, answer in zip(asked, answers, strict=True):
        box = [float(one) for one in path.partition("bbox=")[2].partition("&")[0].split(",")]
        near = shapely.intersects(coverage.polygons, shapely.box(*box))
        assert codes_of(answer) == np.array(coverage.codes)[near].tolist()
    assert all(len(tile) > 100 for tile in tiles)


def test_the_same_boxes_are_asked_of_both() -> None:
    coverage = make_coverage(60, 1)
    for case in ("items", "z12", "z14"):
        ours, theirs = (paths(case, name, coverage, 3) for name in (GISGRID, "tipg"))
        assert [one.partition("?")[2] for one in ours] == [one.partition("?")[2] for one in theirs]
        assert len(ours) == len(theirs) > 0


def test_answers_are_equal_when_every_box_has_the_same_grids_in_any_order() -> None:
    ours = [page(["A", "B"]), page([])]
    assert same_grids([ours, [page(["B", "A"]), page([])]])
    for first, second in ((["A"], []), ([], ["A", "B"]), (["A", "B", "B"], [])):
        assert not same_grids([ours, [page(first), page(second)]])


def test_a_case_that_is_not_known_is_refused() -> None:
    with pytest.raises(InputError, match="z14"):
        run(BenchOptions(cases=("z99",)))
