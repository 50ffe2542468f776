"""The bars that a forecast has to pass where the truth is known, and on public data."""

from __future__ import annotations

import os

import pytest

from gisgrid.bench.forecast import judged_simulation, run, system_rows
from gisgrid.bench.results import BenchOptions, Row
from gisgrid.errors import InputError
from gisgrid.sample.events import Truth


def details(case: str, *, quick: bool) -> dict[str, Row]:
    return {row.system: row for row in run(BenchOptions(quick=quick, cases=(case,))).rows}


def judged(first: int, seeds: int) -> dict[str, Row]:
    made = [judged_simulation(seed, Truth()) for seed in range(first, first + seeds)]
    return {row.system: row for row in system_rows("simulated", made, {})}


def test_one_seed_comes_near_the_oracle() -> None:
    rows = judged(0, 1)
    assert float(rows["oracle"].detail["model_hits_per_hit"]) > 0.95
    assert float(rows["kde scott"].detail["model_hits_per_hit"]) > 1.2
    assert float(rows["count 52 weeks"].detail["model_hits_per_hit"]) > 0.98
    assert rows["random"].measures["pai_1"] == pytest.approx(1.0)


@pytest.mark.drill
@pytest.mark.parametrize("first", [0, 200], ids=["looked at while it was made", "held out"])
def test_twenty_seeds_pass_the_bars(first: int) -> None:
    rows = judged(first, 20)
    assert float(rows["oracle"].detail["model_hits_per_hit"]) >= 0.95
    assert float(rows["kde scott"].detail["lowest"]) >= 1.2
    assert float(rows["count 52 weeks"].detail["model_hits_per_hit"]) >= 1.0
    assert int(rows["count 52 weeks"].detail["seeds_below"]) <= 5


@pytest.mark.real
def test_cleveland_is_told_as_it_is() -> None:
    assert os.environ["GISGRID_REAL_DATA"]
    rows = details("cleveland", quick=True)
    model, count = rows["gisgrid"].measures, rows["count 52 weeks"].measures
    assert model["pai_1"] == pytest.approx(36.8, abs=0.5)
    assert model["pai_1"] / count["pai_1"] == pytest.approx(1.0, abs=0.02)


def test_cases_are_known() -> None:
    with pytest.raises(InputError, match="village"):
        run(BenchOptions(cases=("village",)))
