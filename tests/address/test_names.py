"""The gazetteer: longest names, and slips against trying every name."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gisgrid.address.misspelling import Room
from gisgrid.address.mistakes import mistake
from gisgrid.address.names import Mention, Name, NameBook

_FORMS = ["白银路", "白银一坊", "一号路", "沐峰路", "沐峰新村", "马陆镇", "白银路小学"]
_BOOK = NameBook(
    [
        *(Name(form, "place", i) for i, form in enumerate(_FORMS)),
        Name("沐峰", "place", 3, stem=True),
        Name("一号", "place", 2, stem=True),
        Name("路", "place", 9),
    ]
)


def _every(numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    return numbers >= 0


_TEXTS = st.text(st.sampled_from("白银路一坊号沐峰蜂新村马陆镇小学x"), min_size=1, max_size=9)


def _found(mentions: list[Mention]) -> list[tuple[int, int, str]]:
    return [(m.start, m.end, m.name.form) for m in mentions]


def test_the_longest_name_wins() -> None:
    assert _found(_BOOK.exact("马陆镇白银路小学")) == [(0, 3, "马陆镇"), (3, 8, "白银路小学")]
    assert _found(_BOOK.exact("白银路小")) == [(0, 3, "白银路")]
    assert _found(_BOOK.exact("沐峰6弄")) == [(0, 2, "沐峰")]
    assert _BOOK.exact("路") == []


def test_a_whole_name_protects_its_numerals_and_a_stem_does_not() -> None:
    assert _BOOK.longest("在一号路上", 1) == 3
    assert _BOOK.longest("一号楼", 0) == 0
    assert _BOOK.longest("白银一坊", 0) == 4
    assert _BOOK.longest("白银", 0) == 0
    assert _BOOK.longest("", 0) == 0


@given(_TEXTS)
def test_what_is_found_is_there_and_not_inside_another(text: str) -> None:
    spans = []
    for mention in _BOOK.exact(text):
        assert text[mention.start : mention.end] == mention.name.form
        assert mention.mask.bit_count() == len(mention.name.form)
        spans.append((mention.start, mention.end))
    assert all(a == b or a[1] < b[1] for a, b in pairwise(spans))


@given(_TEXTS)
def test_slips_are_those_of_trying_every_name(text: str) -> None:
    everything = Room((1 << len(text)) - 1, 1, 1 << len(text))
    found = {
        (m.start, m.end, m.name.form, m.mistake) for m in _BOOK.mistaken(text, everything, _every)
    }
    pieces = {(start, len(text)) for start in range(len(text) - 1)}
    tried = {
        (start, end, form, kind)
        for start, end in pieces
        for form in _FORMS
        if (kind := mistake(text[start:end], form)) not in (None, "exact", "two")
    }
    # Of several pieces the longest counts; which of two as long is no matter.
    longest = {form: max(e - s for s, e, f, _ in tried if f == form) for _, _, form, _ in tried}
    assert found <= tried
    assert {form: end - start for start, end, form, _ in found} == longest


def test_a_slip_stays_within_its_room() -> None:
    text = "马陆镇白很路请送"
    room = Room(0b111000, 1 << 3, 1 << 6)
    assert _found(_BOOK.mistaken(text, room, _every)) == [(3, 6, "白银路")]
    assert _BOOK.mistaken(text, Room(0b111000, 1 << 3, 0), _every) == []
    assert _BOOK.mistaken(text, room, lambda n: n < 0) == []


@pytest.mark.parametrize(("text", "form"), [("木锋", "沐峰"), ("沐蜂", "沐峰"), ("木很路", None)])
def test_the_wide_search_finds_stems_with_a_slip(text: str, form: str | None) -> None:
    room = Room((1 << len(text)) - 1, 1, 1 << len(text))
    found = {m.name.form for m in _BOOK.mistaken(text, room, _every, wide=True)}
    assert (form in found) if form else found <= {"沐峰路"}
