"""The fit finds the weights that made the answers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gisgrid.address.matching import Hypothesis
from gisgrid.address.scoring import SET_BY_HAND, WEIGHTS
from gisgrid.bench.address_books import sample_standards
from gisgrid.bench.address_fitting import Lesson, fit_weights, lessons
from gisgrid.sample import District

_TRUE = {"exact": 2.0, "sound": 0.5, "wrong-town": -1.5}


def _drawn(rng: np.random.Generator) -> Lesson:
    """A text with two rivals and perhaps a third, whose meaning is drawn by the true weights."""
    choices = [
        Hypothesis((0,), ("exact",)),
        Hypothesis((1, 2), ("sound",)),
        Hypothesis((3,), ("exact", "wrong-town")),
    ][: int(rng.integers(1, 4))]
    odds = [(at, sum(_TRUE[f] for f in c.features)) for c in choices for at in c.at]
    weights = np.array([1.0, *(math.exp(o) for _, o in odds)])
    drawn = int(rng.choice(len(weights), p=weights / weights.sum()))
    return Lesson(choices, odds[drawn - 1][0] if drawn else -1)


def test_the_weights_that_drew_the_answers_are_found() -> None:
    rng = np.random.default_rng(5)
    fitted = fit_weights([_drawn(rng) for _ in range(6_000)], dict.fromkeys(_TRUE, 0.0))
    assert fitted == pytest.approx(_TRUE, abs=0.2)


def test_what_must_not_speak_for_an_address_does_not() -> None:
    taught = [Lesson([Hypothesis((0,), ("exact", "swapped"))], 0)] * 50
    taught += [Lesson([Hypothesis((0,), ("exact",))], -1)] * 50
    assert fit_weights(taught, {"exact": 0.0, "swapped": -1.0})["swapped"] == 0.0


def test_weights_set_by_hand_stay() -> None:
    taught = [Lesson([Hypothesis((0,), ("unit",))], -1)] * 50
    assert fit_weights(taught, WEIGHTS)["unit"] == WEIGHTS["unit"]
    assert set(WEIGHTS) >= SET_BY_HAND


def test_an_address_that_two_names_lead_to_counts_once() -> None:
    choices = [Hypothesis((0,), ("exact",)), Hypothesis((0,), ("sound",))]
    fitted = fit_weights([Lesson(choices, 0)] * 80 + [Lesson(choices, -1)] * 20, {"exact": 1.0})
    assert fitted["exact"] == pytest.approx(math.log(4), abs=0.1)


def test_lessons_know_their_row(district: District) -> None:
    book = sample_standards(district).book()
    texts = ["上海市嘉定区马陆镇白银路288弄12号", "昆山市人民路1号"]
    row = district.addresses["address"].tolist().index(texts[0])
    taught = lessons(book, texts, [row, -1])
    assert len(taught) == 1
    assert book.gazetteer.rows.row[taught[0].truth] == row
    assert taught[0].truth in taught[0].choices[0].at
