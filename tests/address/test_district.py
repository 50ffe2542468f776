"""The sample district: every address is itself, and damaged ones are found or doubted."""

from __future__ import annotations

import contextlib
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gisgrid.address import AddressBook, Match
from gisgrid.address.reading import readings
from gisgrid.address.scoring import THRESHOLD
from gisgrid.errors import InputError
from gisgrid.sample import District
from gisgrid.sample.damage import damaged, unanswerable

# Not the seed that the weights were fitted with.
_SEED = 2027
_HOSTILE = [
    "'; DROP TABLE address; --白银路288弄12号",
    "<script>alert(1)</script>",
    "白银路\x00288弄\x1b[31m12号",
    "\ud800白银路12号",
    "🏠白银路288弄🚪12号",
    "a\u0301" * 60,
    "号弄" * 60,
    "9" * 150 + "号",
    "白" * 180,
    "路" * 10_000,
    "=HYPERLINK(1)",
    "مرحبا白银路288弄12号",
    "路口路口路口与与与/",
    "白银路" * 60,
    "新村" * 97,
    "白银路" + "(" * 90 + ")" * 90,
]


def _answers(book: AddressBook, texts: pd.Series) -> list[Match]:
    return [book.resolve(text) for text in texts]


def _scores(answers: list[Match]) -> np.ndarray:
    return np.array([m.candidates[0].score if m.candidates else 0.0 for m in answers])


def _right(answers: list[Match], truth: pd.Series) -> np.ndarray:
    first = np.array([m.candidates[0].row if m.candidates else -1 for m in answers])
    return first == truth.to_numpy()


def _sure(answers: list[Match]) -> np.ndarray:
    return np.array([m.status == "found" for m in answers])


def test_standard_addresses_are_themselves(book: AddressBook, district: District) -> None:
    rows = np.random.default_rng(_SEED).choice(len(book), 1_000, replace=False)
    answers = _answers(book, district.addresses["address"].iloc[rows])
    assert [m.candidates[0].row for m in answers] == rows.tolist()
    assert _sure(answers).all()
    assert _scores(answers).min() >= 0.99


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("嘉定区马陆镇白银路288弄12号301室", "马陆镇白银路288弄12号"),
        ("白银路二百八十八弄十二号", "马陆镇白银路288弄12号"),
        ("惠民家园12号", "马陆镇惠民家园12号"),
    ],
)
def test_names_known_elsewhere_are_of_the_district(
    book: AddressBook, text: str, means: str
) -> None:
    match = book.resolve(text)
    assert match.status == "found"
    assert match.candidates[0].text == "上海市嘉定区" + means


def test_a_committees_number_is_one_of_its_lanes(book: AddressBook) -> None:
    match = book.resolve("马陆白银一坊12号")
    assert match.status == "ambiguous"
    assert "上海市嘉定区马陆镇白银路288弄12号" in [c.text for c in match.candidates]


def test_damaged_addresses_are_found_or_doubted(book: AddressBook, district: District) -> None:
    rng = np.random.default_rng(_SEED)
    harmed = damaged(district.addresses, district.aliases, 1_200, rng)
    answers = _answers(book, harmed["text"])
    right, sure = _right(answers, harmed["truth"]), _sure(answers)
    assert right.mean() >= 0.98
    assert (sure & ~right).mean() <= 0.002
    assert sure.mean() >= 0.9


def test_nobody_is_sure_of_what_has_no_answer(book: AddressBook, district: District) -> None:
    nowhere = unanswerable(district.addresses, 300, np.random.default_rng(_SEED))
    answers = _answers(book, nowhere["text"])
    assert _sure(answers).sum() == 0
    elsewhere = nowhere["kind"].isin(["other-district", "other-city"]).to_numpy()
    assert [m.status for m in np.array(answers, dtype=object)[elsewhere]] == ["outside"] * int(
        elsewhere.sum()
    )


def test_no_number_is_ever_changed(book: AddressBook, district: District) -> None:
    rng = np.random.default_rng(_SEED + 1)
    harmed = damaged(district.addresses, district.aliases, 300, rng)
    names = book.gazetteer.names
    for text, answer in zip(harmed["text"], _answers(book, harmed["text"]), strict=True):
        ways = [r.numbers for r in readings(text, names)]
        for candidate in answer.candidates:
            has = readings(candidate.text, names)[0].numbers
            estate = "alias" in candidate.notes
            assert any(
                way.number in ("", has.number)
                and (estate or way.lane in ("", has.lane))
                and (way.building in ("", has.building) or not has.building)
                for way in ways
            ), (text, candidate)


@pytest.mark.parametrize("text", _HOSTILE)
def test_hostile_text_gets_an_answer_or_an_error(book: AddressBook, text: str) -> None:
    try:
        match = book.resolve(text)
    except InputError:
        assert len(text) > 150
    else:
        assert match.status in ("found", "ambiguous", "unknown", "outside")
    book.suggest(text)


_LIKE_AN_ADDRESS = st.text(st.sampled_from("白银路马陆镇288弄12号-,(与旁 "), max_size=40)


@given(st.text(max_size=60) | _LIKE_AN_ADDRESS)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_gets_an_answer_that_adds_up(book: AddressBook, text: str) -> None:
    match = book.resolve(text, limit=50)
    scores = [c.score for c in match.candidates]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert sum(scores) <= 1 + 1e-9
    assert (match.status == "found") == (match.reason == "")
    if match.status == "found":
        assert scores[0] >= THRESHOLD
    assert book.resolve(text, limit=50) == match


@pytest.mark.drill
def test_twenty_thousand_damaged_addresses(book: AddressBook, district: District) -> None:
    rng = np.random.default_rng(_SEED)
    harmed = damaged(district.addresses, district.aliases, 20_000, rng)
    answers = _answers(book, harmed["text"])
    right, sure = _right(answers, harmed["truth"]), _sure(answers)
    assert right.mean() >= 0.98
    assert (sure & ~right).mean() <= 0.002
    nowhere = unanswerable(district.addresses, 4_000, rng)
    assert _sure(_answers(book, nowhere["text"])).mean() <= 0.002


@pytest.mark.drill
def test_a_score_is_the_share_that_is_right(book: AddressBook, district: District) -> None:
    """Where one in twenty of the addresses meant is not in the book, as in the fit."""
    rng = np.random.default_rng(_SEED + 2)
    harmed = damaged(district.addresses, district.aliases, 20_000, rng)
    answers = _answers(book, harmed["text"])
    scores, right = _scores(answers), _right(answers, harmed["truth"])
    for low, high in ((0.5, 0.9), (0.9, 0.99), (0.99, 1.01)):
        here = (scores >= low) & (scores < high)
        assert right[here].mean() >= scores[here].mean() - 0.03


@pytest.mark.drill
def test_hostile_text_is_answered_soon(book: AddressBook) -> None:
    """A bound ten times what the slowest takes: it catches what grows with the square."""
    rng = np.random.default_rng(_SEED)
    names = [name.form for name in book.gazetteer.names.whole()]
    full = ["".join(rng.choice(names, 60))[:195] for _ in range(50)]
    for text in [*_HOSTILE, *full]:
        begun = time.process_time()
        with contextlib.suppress(InputError):
            book.resolve(text)
        assert time.process_time() - begun < 0.5, text
