"""A rolling origin: honest where there is nothing to find, and right where there is."""

from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely

from gisgrid.errors import InputError
from gisgrid.exports.forecasts import evaluation_document, verdict_lines
from gisgrid.hotspots.forecast import (
    BASELINES,
    MODEL,
    Evaluation,
    Squares,
    evaluate,
    lay_squares,
    moments,
    rolling_periods,
)
from gisgrid.hotspots.forecast.rhythm import DAY
from gisgrid.hotspots.forecast.study import lay_study

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2023, 1, 1, tzinfo=ZONE).timestamp()


def squares(side: int) -> Squares:
    return lay_squares(shapely.box(0, 0, side * 100 - 50, side * 100 - 50), 100.0)


def judged(cell: np.ndarray, seconds: np.ndarray, laid: Squares) -> Evaluation:
    rolling = rolling_periods(moments(np.sort(seconds), ZONE), ZONE, "week")
    return evaluate(cell, seconds, laid, rolling, zone=ZONE)


def noise(seed: int) -> tuple[np.ndarray, np.ndarray, Squares]:
    rng = np.random.default_rng(seed)
    laid = squares(20)
    return rng.integers(0, 400, 3000), START + rng.uniform(0, 300 * DAY, 3000), laid


def test_in_pure_noise_nothing_is_claimed() -> None:
    made = judged(*noise(1))
    (model, *_) = [one for one in made.scores if one.system == MODEL and one.part == 0.05]
    assert model.pai.low < 1.0
    wins = [one for one in made.comparisons if one.verdict == "beats"]
    assert len(wins) <= 1
    told = [en for _, en in verdict_lines(made)]
    assert any("use the count" in line for line in told)
    # What is said of each part of the area is what the comparison found.
    for one, line in ((one, told[BASELINES.index(one.baseline)]) for one in made.comparisons):
        (said,) = [words for words in line.split("; ") if f"{one.part:.0%}" in words]
        word = "better" if one.verdict == "beats" else one.verdict
        assert f" {word} at " in f" {said}"
        assert ("no better" in said) == (one.verdict == "no better")


def test_where_trouble_gathers_chance_is_beaten() -> None:
    rng = np.random.default_rng(2)
    cell = rng.choice(400, 3000, p=np.arange(400) ** 3 / (np.arange(400.0) ** 3).sum())
    seconds = START + rng.uniform(0, 300 * DAY, 3000)
    made = judged(cell, seconds, squares(20))
    verdicts = {(one.baseline, one.part): one.verdict for one in made.comparisons}
    assert verdicts[("random", 0.05)] == "beats"
    assert {one.baseline for one in made.comparisons} == set(BASELINES)
    for one in made.scores:
        assert one.hit_rate.low <= one.hit_rate.value <= one.hit_rate.high
        assert one.pai.value == pytest.approx(one.hit_rate.value / one.part)
        assert one.pei.value <= 1.0 + 1e-9
    random = [one for one in made.scores if one.system == "random"]
    assert [one.pai.value for one in random] == pytest.approx([1.0] * 3)
    assert made.expected == pytest.approx(made.events, rel=0.1)


def test_nothing_after_a_period_changes_what_was_said_of_it() -> None:
    cell, seconds, laid = noise(3)
    rolling = rolling_periods(moments(np.sort(seconds), ZONE), ZONE, "week")
    whole = evaluate(cell, seconds, laid, rolling, zone=ZONE)
    cut = rolling.windows[-1][0]
    before = seconds < cut
    again = evaluate(
        cell[before],
        seconds[before],
        laid,
        type(rolling)(rolling.windows[:-1], rolling.first_judged),
        zone=ZONE,
    )
    # The last week left out, all other weeks are judged as they were.
    last = (seconds >= cut) & (seconds < rolling.windows[-1][1])
    assert whole.events - again.events == int(last.sum())
    hits = {(one.system, one.part): one.hits for one in whole.scores}
    for one in again.scores:
        gone = hits[(one.system, one.part)] - one.hits
        assert -1e-9 <= gone <= last.sum()
    assert again.expected < whole.expected


def test_the_same_seed_gives_the_same_intervals() -> None:
    one, other = judged(*noise(4)), judged(*noise(4))
    assert one == other


def test_a_document_holds_no_nan() -> None:
    made = judged(*noise(5))
    document = evaluation_document(made, ZONE)
    json.dumps(document, allow_nan=False)
    assert document["periods"] == len(made.windows)


def test_periods_are_those_of_the_calendar() -> None:
    at = moments(
        np.array([datetime(2024, m, 1, tzinfo=ZONE).timestamp() for m in (1, 2, 3, 5)]), ZONE
    )
    rolling = rolling_periods(at, ZONE, "month")
    starts = [datetime.fromtimestamp(one, ZONE) for one, _ in rolling.windows]
    assert [one.month for one in starts] == [1, 2, 3, 4, 5]
    assert datetime.fromtimestamp(rolling.windows[-1][1], ZONE).month == 6
    assert rolling.first_judged == 1
    with pytest.raises(InputError, match="months alone"):
        rolling_periods(at, ZONE, "week")


def test_a_day_that_is_not_over_is_not_judged() -> None:
    seconds = START + np.arange(0.5, 60.0, 0.25) * DAY
    rolling = rolling_periods(moments(seconds, ZONE), ZONE, "day")
    assert rolling.windows[-1][1] == START + 59 * DAY
    first = rolling.windows[rolling.first_judged][0]
    assert first >= seconds[0] + 28 * DAY


@pytest.mark.parametrize("days", [0, 5, 30])
def test_a_short_record_is_no_basis(days: int) -> None:
    at = moments(START + np.arange(days) * DAY + 1.0, ZONE)
    with pytest.raises(InputError, match=r"no events|too short"):
        rolling_periods(at, ZONE, "week")


def test_squares_cover_the_hull_and_know_their_events() -> None:
    rng = np.random.default_rng(6)
    lon, lat = 121.4 + rng.uniform(0, 0.02, 300), 31.2 + rng.uniform(0, 0.02, 300)
    study = lay_study(lon, lat, 150.0)
    assert study.cell.min() >= 0
    owners = study.outlines[study.cell]
    # A side is straight in metres, the outline straight in degrees.
    assert np.all(shapely.distance(owners, shapely.points(lon, lat)) < 1e-7)
    assert study.cell.max() < study.squares.cells
    away = study.squares.cell_of(np.array([1e6]), np.array([0.0]))
    assert away.tolist() == [-1]
    with pytest.raises(InputError, match="too many"):
        lay_study(lon, lat, 0.5)
    with pytest.raises(InputError, match="above 0"):
        lay_study(lon, lat, 0.0)
