"""``gisgrid bench forecast``: forecasts beside simpler ones, with and without a known truth."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import numpy as np
import shapely

from gisgrid.bench.results import GISGRID, BenchResult, Row
from gisgrid.errors import InputError
from gisgrid.hotspots.forecast import MODEL, evaluate, lay_squares, moments, rolling_periods
from gisgrid.hotspots.forecast.study import judged_events
from gisgrid.points.events import EventFile, read_events
from gisgrid.points.grids import GridFile, read_grids
from gisgrid.sample.events import Truth, simulate_events

if TYPE_CHECKING:
    from gisgrid.bench.results import BenchOptions
    from gisgrid.hotspots.forecast import Evaluation, Score

__all__ = ["ORACLE", "judged_simulation", "run", "system_rows"]

ORACLE: Final = "oracle"
# Laws by the name of the case: of the usual one, and of one in which places change often.
_LAWS: Final = {"simulated": Truth(), "restless": Truth(lasting_years=5.0)}
_SEEDS, _QUICK_SEEDS = 20, 2
_DATA: Final = "GISGRID_REAL_DATA"
_CASES: Final = (*_LAWS, "cleveland")


def run(options: BenchOptions) -> BenchResult:
    """Judge the model and its baselines by a rolling origin.

    Raises
    ------
    InputError
        A case is not known.
    """
    for name in options.cases:
        if name not in _CASES:
            raise InputError(f"{name!r} is no case of this bench", fix=f"one of {_CASES}")
    rows: list[Row] = []
    for name in options.cases or _CASES:
        rows += _cleveland(options) if name == "cleveland" else _simulated(name, options)
    return BenchResult("forecast", tuple(rows), compared="hit_rate_1")


def judged_simulation(seed: int, law: Truth) -> Evaluation:
    """A year of weeks of one simulation, with the oracle among the systems."""
    events = simulate_events(seed, law)
    zone = law.first.tzinfo or ZoneInfo("UTC")
    side = law.side * law.square_m
    # A box that ends within the last squares, for one that touches the next ones has these too.
    inner = law.square_m / 2.0
    squares = lay_squares(shapely.box(0.0, 0.0, side - inner, side - inner), law.square_m)
    rolling = rolling_periods(moments(events.seconds, zone), zone, "week")
    return evaluate(
        events.cell,
        events.seconds,
        squares,
        rolling,
        zone=zone,
        others={ORACLE: events.intensity},
    )


def _simulated(case: str, options: BenchOptions) -> list[Row]:
    count = _QUICK_SEEDS if options.quick else _SEEDS
    made, begin = [], time.perf_counter()
    for seed in range(count):
        options.progress(f"{case}: seed {seed}")
        made.append(judged_simulation(seed, _LAWS[case]))
    return system_rows(
        case, made, {"seconds_each": round((time.perf_counter() - begin) / count, 1)}
    )


def _cleveland(options: BenchOptions) -> list[Row]:
    folder = Path(os.environ.get(_DATA, "")) / "cleveland"
    if not os.environ.get(_DATA) or not folder.is_dir():
        options.progress(f"cleveland: 未设置 {_DATA} is not set; left out")
        return []
    zone = ZoneInfo("Europe/London")
    source = EventFile(
        path=folder / "cleveland_street_crime.csv",
        time="Month",
        lon="Longitude",
        lat="Latitude",
        crs="wgs84",
    )
    found = read_events(source, zone)
    file = GridFile(path=folder / "cleveland_units.gpkg", layer="lad_dissolved_from_oa")
    region = shapely.union_all(read_grids(file).polygons)
    place = (found.lon, found.lat, found.seconds)
    made, outside = judged_events(*place, "month", zone=zone, region=region)
    return system_rows("cleveland", [made], {"cells": made.cells, "left_out": outside + found.bad})


def system_rows(case: str, made: list[Evaluation], detail: dict[str, float]) -> list[Row]:
    """A row for each system: means over the seeds, and on how many the model had fewer hits."""
    names = list(dict.fromkeys(one.system for one in made[0].scores))
    model = _hits(made, MODEL)
    rows = []
    for name in names:
        measures = {
            f"{what}_{score.part * 100:g}": float(
                np.mean([getattr(_score(one, name, score.part), what).value for one in made])
            )
            for what in ("hit_rate", "pai", "pei")
            for score in made[0].scores
            if score.system == MODEL
        }
        hits = _hits(made, name)
        ratios = model / hits
        told: dict[str, str | float | int] = {
            "model_hits_per_hit": round(float(model.sum() / hits.sum()), 4),
            "lowest": round(float(ratios.min()), 4),
            "seeds_below": int((ratios < 1.0).sum()),
            "seeds": len(made),
            "periods": len(made[0].windows),
        }
        label = GISGRID if name == MODEL else name
        rows.append(Row(label, case, measures, {**told, **detail}))
    return rows


def _hits(made: list[Evaluation], system: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Hits of each seed in the top 1 % of the area."""
    return np.array([_score(one, system, 0.01).hits for one in made])


def _score(made: Evaluation, system: str, part: float) -> Score:
    return next(one for one in made.scores if (one.system, one.part) == (system, part))
