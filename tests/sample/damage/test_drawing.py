"""Damaged addresses: each way against an oracle of its own, and whether they can be told."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import gisgrid
from gisgrid.sample import District
from gisgrid.sample.damage import KINDS, Adversary, damaged
from gisgrid.sample.damage.characters import SHAPES, SOUNDS
from gisgrid.sample.damage.ways import CHANGING, CONTRADICTIONS
from tests.sample.damage.dense import PREFIX, TOWNS, dense
from tests.sample.damage.test_spoken import value

_NUMERALS = "零〇一二两三四五六七八九十廿百千壹贰叁肆伍陆柒捌玖拾佰仟"


@pytest.fixture(scope="module")
def sample_texts(district: District) -> pd.DataFrame:
    """Texts of the sample district, damaged in one way, beside what was meant."""
    addresses = pd.DataFrame(district.addresses)
    made = damaged(addresses, district.aliases, 3000, np.random.default_rng(4), most=1)
    return made.assign(
        kind=[kinds[0] for kinds in made["kinds"]],
        standard=addresses["address"].to_numpy()[made["truth"]],
        **{
            part: addresses[part].fillna("").to_numpy()[made["truth"]]
            for part in ("road", "lane", "number", "building", "estate")
        },
    )


def one_of(text: str, standard: str, change: Callable[[str, int], str]) -> bool:
    """Whether a change at one place of the standard text gives the text."""
    return any(change(standard, i) == text for i in range(len(standard) + 1))


def town_of(standard: str, road: str, estate: str) -> str:
    return standard.removeprefix(PREFIX).partition(road or estate)[0]


def is_dropped_part(row: pd.Series) -> bool:
    town = town_of(row.standard, row.road, row.estate)
    rest = row.standard.removeprefix(PREFIX + town)
    heads = {"上海市" * a + "嘉定区" * b + town * c for a in (0, 1) for b in (0, 1) for c in (0, 1)}
    return str(row.text) != row.standard and str(row.text) in {head + rest for head in heads}


def is_wrong_town(row: pd.Series, towns: set[str]) -> bool:
    town = town_of(row.standard, row.road, row.estate)
    rest = row.standard.removeprefix(PREFIX + town)
    said = row.text.removeprefix(PREFIX).removesuffix(rest)
    return said != town and said in towns and row.text == PREFIX + said + rest


def is_wrong_character(row: pd.Series, alike: dict[str, str]) -> bool:
    differ = [(a, b) for a, b in zip(row.standard, row.text, strict=True) if a != b]
    return len(differ) == 1 and differ[0][1] in alike[differ[0][0]]


def is_without_words(row: pd.Series) -> bool:
    words = "路街道|街道|新区|新村|家园|市场|[市区镇路街巷村号]"
    may_go = re.sub(words, lambda word: f"({word[0]})?", row.standard)
    found = re.fullmatch(may_go.replace("（", "\\（").replace("）", "\\）"), row.text)
    return found is not None and None in found.groups()


def is_chinese(row: pd.Series) -> bool:
    tail = row.lane + row.number + row.building
    said = row.text.removeprefix(row.standard.removesuffix(tail))
    runs = re.findall(rf"[{_NUMERALS}]+|\d+", said)
    numbers = [int(run) if run.isdecimal() else value(run) for run in runs]
    written = not all(run.isdecimal() for run in runs)
    return written and numbers == [int(n) for n in re.findall(r"\d+", tail)]


def is_wide(row: pd.Series) -> bool:
    plain = unicodedata.normalize("NFKC", row.text)
    return row.text.isascii() is False and re.sub("[ ,-]", "", plain) == unicodedata.normalize(
        "NFKC", row.standard
    )


def is_swapped(row: pd.Series) -> bool:
    plain = re.sub("[ ,]", "", row.text)
    return plain != row.standard and sorted(plain) == sorted(row.standard)


def is_traditional(row: pd.Series) -> bool:
    pairs = list(zip(row.standard, row.text, strict=True))
    return row.text != row.standard and all(a == b or not a.isascii() for a, b in pairs)


def is_missing_lane(row: pd.Series) -> bool:
    return bool(row.lane) and re.sub(r"(?<=\d)[- －](?=\d)", "弄", row.text) == row.standard


def is_old_name(row: pd.Series, old: pd.Series) -> bool:
    return bool(row.text == row.standard.replace(row.road, old[row.road]))


def is_estate(row: pd.Series) -> bool:
    town = town_of(row.standard, row.road, row.estate)
    return bool(row.text == PREFIX + town + row.estate + row.number)


def test_every_way_does_what_its_name_says(sample_texts: pd.DataFrame, district: District) -> None:
    towns = set(district.grids.query("level == 'area'")["name"])
    old = district.aliases.query("kind == 'old-name'").set_index("means")["name"]
    oracles: dict[str, Callable[[pd.Series], bool]] = {
        "dropped-parts": is_dropped_part,
        "wrong-town": lambda row: is_wrong_town(row, towns),
        "wrong-by-shape": lambda row: is_wrong_character(row, SHAPES),
        "wrong-by-sound": lambda row: is_wrong_character(row, SOUNDS),
        "missing-character": lambda row: one_of(
            row.text, row.standard, lambda s, i: s[:i] + s[i + 1 :]
        ),
        "extra-character": lambda row: one_of(
            row.standard, row.text, lambda s, i: s[:i] + s[i + 1 :]
        ),
        "dropped-suffix": is_without_words,
        "chinese-digits": is_chinese,
        "full-width": is_wide,
        "swapped-order": is_swapped,
        "traditional": is_traditional,
        "missing-lane-word": is_missing_lane,
        "old-name": lambda row: is_old_name(row, old),
        "estate-name": is_estate,
        "extra-words": lambda row: row.standard in row.text and row.text != row.standard,
    }
    assert set(oracles) == set(KINDS)
    assert len(KINDS) == 15
    for kind, rows in sample_texts.groupby("kind"):
        assert len(rows) > 100
        for _, row in rows.iterrows():
            assert oracles[str(kind)](row), (kind, row.text, row.standard)


def test_ways_are_one_to_three_and_do_not_contradict() -> None:
    addresses, aliases = dense()
    made = damaged(addresses, aliases, 3000, np.random.default_rng(1))
    sizes = made["kinds"].map(len).value_counts(normalize=True)
    assert sizes.to_dict() == pytest.approx({1: 1 / 3, 2: 1 / 3, 3: 1 / 3}, abs=0.05)
    for kinds in made["kinds"]:
        assert list(kinds) == [kind for kind in KINDS if kind in kinds]
        assert not any(frozenset(pair) in CONTRADICTIONS for pair in combinations(kinds, 2))
    assert not (made["text"] == addresses["address"].to_numpy()[made["truth"]]).any()


def test_the_seed_gives_the_texts() -> None:
    addresses, aliases = dense()
    one, same, other = (
        damaged(addresses, aliases, 300, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(one, same)
    assert (one["text"] != other["text"]).mean() > 0.9


def test_no_text_is_drawn_for_two_addresses() -> None:
    addresses, aliases = dense()
    adversary = Adversary(addresses, aliases)
    made = adversary.draw(12_000, np.random.default_rng(3), most=2)
    only = made[[set(kinds) <= set(CHANGING) for kinds in made["kinds"]]]
    meant = only.groupby("text")["truth"].nunique()
    assert len(only) > 4000
    assert meant.max() == 1, meant[meant > 1]
    assert adversary.drawn_again["another-address"] > 1000
    assert adversary.drawn_again["another-name"] > 100


def test_a_wrong_character_never_makes_a_name_that_is_there() -> None:
    addresses, aliases = dense()
    made = damaged(addresses, aliases, 4000, np.random.default_rng(5), most=1)
    names = {*addresses["road"].dropna(), *addresses["estate"].dropna(), *aliases["name"]}
    pattern = re.compile(f"^{PREFIX}(?:{'|'.join(TOWNS)})(.*?)\\d")
    slipped = made[made["kinds"].isin([("wrong-by-shape",), ("wrong-by-sound",)])]
    said = [found[1] for text in slipped["text"] if (found := pattern.match(text))]
    own = addresses["road"].fillna(addresses["estate"]).to_numpy()[slipped["truth"]]
    assert len(said) > 100
    assert not set(said) & names - set(own)


def test_damage_and_reading_share_no_code() -> None:
    root = Path(gisgrid.__file__).parent
    for folder, other in (
        (root / "sample" / "damage", "gisgrid.address"),
        (root / "address", "gisgrid.sample"),
    ):
        sources = list(folder.glob("*.py"))
        assert sources
        for source in sources:
            assert other not in re.findall(r"(?:from|import) (gisgrid\.\w+)", source.read_text())
