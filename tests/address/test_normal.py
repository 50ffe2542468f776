"""Normal text: one spelling for what means the same, for any text at all."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gisgrid.address.normal import fold, normal
from gisgrid.address.variants import VARIANTS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("嘉定區　馬陸鎮 白銀路 ２８８弄", "嘉定区马陆镇白银路288弄"),
        ("⽩银路⼀号", "白银路一号"),  # Kangxi radicals
        ("白银路288 12号", "白银路288 12号"),
        ("白银路 288 弄", "白银路288弄"),
        ("白银路288—12号（后门）", "白银路288-12号(后门)"),
        ("白银路、沪宜路；", "白银路、沪宜路,"),
        ("【白银路】", "(白银路)"),
        ("白\u200b银\u00ad路\ufeff", "白银路"),
        ("白银路a座", "白银路A座"),
        ("白银路🏠12号", "白银路12号"),
        ("ab10 1ab", "AB101AB"),
        ("白银路①号", "白银路1号"),
        ("二○一室", "二〇一室"),
        ("\x00\x1b\ud800", ""),
    ],
)
def test_what_means_the_same_is_spelt_the_same(text: str, expected: str) -> None:
    assert normal(text) == expected


def test_a_folded_text_keeps_its_blanks() -> None:
    assert fold(" 張三　 嘉定区\n白银路 ") == "张三 嘉定区 白银路"


@given(
    st.text(st.one_of(st.characters(), st.sampled_from("I\u0307\u1100\u1161 　弄🙂")), max_size=60)
)
@example("I \u0307")
@example("\u1100\u200b\u1161")  # parts of one Hangul syllable, kept apart by nothing
def test_normal_text_stays_as_it_is(text: str) -> None:
    once = normal(text)
    assert normal(once) == once
    assert fold(fold(text)) == fold(text)
    assert unicodedata.is_normalized("NFKC", once)
    assert not {unicodedata.category(c) for c in once} & {"Cc", "Cf", "Co", "Cs", "So"}
    once.encode()


def test_a_variant_becomes_an_everyday_character_at_once() -> None:
    assert not set(VARIANTS.values()) & set(VARIANTS)
    assert all(normal(c) == everyday for c, everyday in VARIANTS.items())
