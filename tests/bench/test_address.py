"""The bench of addresses on a small synthetic district, and its judge on answers made by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from gisgrid.bench.address import large_case, run, sample_case
from gisgrid.bench.address_books import Standards, sample_standards, synthetic_standards
from gisgrid.bench.address_systems import System, in_turns
from gisgrid.bench.answers import NO_ROW, Answer, judge
from gisgrid.bench.peers.splitters import SPLITTERS, Details
from gisgrid.bench.results import GISGRID, BenchOptions
from gisgrid.errors import InputError
from gisgrid.sample import District
from gisgrid.sample.damage import KINDS, UNANSWERABLE


@pytest.fixture(scope="module")
def standards() -> Standards:
    """Three thousand addresses."""
    return synthetic_standards(3000, 7)


def test_all_systems_answer_the_same_texts(standards: Standards) -> None:
    rows = sample_case("small", standards, 150, BenchOptions())
    whole = {row.system: row for row in rows if row.case == "small"}
    assert list(whole) == [GISGRID, "jionlp", "cpca"]
    for row in whole.values():
        assert row.detail == {"texts": 150, "addresses": 3000}
        assert row.measures["per_second"] > 0
        assert row.measures["p99_ms"] > 0
    ours, jionlp = whole[GISGRID].measures, whole["jionlp"].measures
    assert ours["right_at_one"] > 0.9 > 0.5 > jionlp["right_at_one"] > 0
    assert ours["wrong_confident"] < 0.02
    cases = {row.case for row in rows}
    made = set(KINDS) - {"old-name"}  # there are none in a synthetic district
    assert {f"small, {kind}" for kind in (*made, *UNANSWERABLE, "no answer")} <= cases


def test_the_same_seed_gives_the_same_shares(standards: Standards) -> None:
    alone = BenchOptions(only=(GISGRID,))
    one, two = (sample_case("small", standards, 60, alone) for _ in range(2))
    timed = {"per_second", "p99_ms"}
    for a, b in zip(one, two, strict=True):
        assert a.system == GISGRID
        assert {k: v for k, v in a.measures.items() if k not in timed} == {
            k: v for k, v in b.measures.items() if k not in timed
        }


def test_many_addresses_beside_few(standards: Standards) -> None:
    (row,) = large_case("0m", 5000, standards, 60, BenchOptions())
    assert row.system == GISGRID
    assert row.detail["addresses"] == 5000
    assert float(row.detail["times_slower_than_50k"]) > 0
    assert row.measures["right_at_one"] > 0.9


def test_synthetic_addresses_have_the_shape_of_the_samples(standards: Standards) -> None:
    frame = standards.addresses
    assert len(frame) == 3000
    assert frame["address"].is_unique
    joined = frame[["road", "lane", "number", "building"]].fillna("").agg("".join, axis=1)
    village = frame["estate"].fillna("") + frame["number"]
    tail = joined.where(frame["road"].notna(), village)
    for text, end in zip(frame["address"], tail, strict=True):
        town = text.removeprefix("上海市嘉定区").removesuffix(end)
        assert town in standards.towns
    assert 0.2 < frame["lane"].notna().mean() < 0.7
    assert standards.aliases["name"].is_unique
    starts = tuple(standards.aliases["means"])
    assert sum(text.startswith(starts) for text in frame["address"]) == frame["lane"].notna().sum()


def test_the_sample_is_taken_as_it_is(district: District) -> None:
    made = sample_standards(district)
    assert len(made.addresses) == len(made.lonlat) == len(district.addresses)
    assert len(made.towns) == 12
    assert made.units is not None
    assert all(made.units)
    village = district.addresses["address"].str.contains("曹王村").to_numpy()
    names = {division.code: division.name for division in made.divisions}
    assert {names[made.units[i]] for i in np.flatnonzero(village)} == {"曹王村村委会"}


@pytest.mark.parametrize("name", sorted(SPLITTERS))
def test_a_parser_of_others_finds_what_is_written_plainly(name: str, standards: Standards) -> None:
    ask = SPLITTERS[name](Details(standards))
    plain = standards.addresses["address"].tolist()[:50]
    assert [answer.row for answer in ask(plain)] == list(range(50))
    wide = plain[0].replace("1", "１")
    other = plain[0].replace("上海市嘉定区", "上海市宝山区")
    assert [answer.row for answer in ask([wide, other, "", "nowhere"])] == [0, -1, -1, -1]


def test_other_names_are_known_to_the_peers_too(standards: Standards) -> None:
    details = Details(standards)
    alias = standards.aliases.iloc[0]
    row = standards.addresses.index[standards.addresses["address"] == f"{alias['means']}7号"][0]
    assert details.answer("嘉定区", f"{alias['name']}7号") == Answer(int(row), sure=True)
    assert details.answer("宝山区", f"{alias['name']}7号") == Answer()


def test_answers_are_judged() -> None:
    answers = [
        Answer(0, True, 0.99),
        Answer(1, True, 0.96),
        Answer(2, False, 0.6),
        Answer(NO_ROW, False, 0.0),
    ]
    judged = judge(answers, np.array([0, 7, 2, 3]))
    assert judged.shares() == {"right_at_one": 0.5, "wrong_confident": 0.25, "not_sure": 0.5}
    kinds = [("full-width",), ("full-width", "old-name"), ("old-name",), ("old-name",)]
    by_kind = judged.of_kinds("x", "c", kinds, ("full-width", "old-name", "wrong-town"))
    assert [row.case for row in by_kind] == ["c, full-width", "c, old-name"]
    assert by_kind[0].measures["right_at_one"] == 0.5
    assert by_kind[1].measures["right_at_one"] == pytest.approx(1 / 3)
    scores = {row.case: row.measures["share_right"] for row in judged.of_scores("x", "c")}
    assert scores == {
        "c, score 0 to 0.5": 0.0,
        "c, score 0.5 to 0.8": 1.0,
        "c, score 0.95 to 0.98": 0.0,
        "c, score 0.99 to 0.995": 1.0,
    }


def test_nobody_is_right_where_there_is_no_answer() -> None:
    judged = judge([Answer()], np.array([NO_ROW]))
    assert judged.shares()["right_at_one"] == 0.0


def test_each_system_gets_all_its_texts() -> None:
    asked: dict[str, list[str]] = {"a": [], "b": []}

    def answering(name: str) -> System:
        def ask(texts: Sequence[str]) -> list[Answer]:
            asked[name] += texts
            return [Answer(len(text)) for text in texts]

        return ask

    texts = {"a": ["x" * (i % 7) for i in range(1203)], "b": ["y"] * 3}
    answers, seconds = in_turns({name: answering(name) for name in texts}, texts)
    for name, own in texts.items():
        assert [answer.row for answer in answers[name]] == [len(text) for text in own]
        assert asked[name][-len(own) :] == own
        assert seconds[name] > 0


@pytest.mark.parametrize("case", ["50", "0m", "village"])
def test_an_unknown_case_is_refused(case: str) -> None:
    with pytest.raises(InputError, match="5m"):
        run(BenchOptions(cases=(case,)))
