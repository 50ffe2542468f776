"""Text that wants to run: it is shown letter by letter, and nothing happens."""

from __future__ import annotations

import json
from collections import Counter
from html.parser import HTMLParser

import geopandas
import pandas as pd
import pytest

from gisgrid.errors import InputError
from gisgrid.maps import MapText, grids_map
from gisgrid.maps.text import clean
from tests.maps.browser import Opened, Opener
from tests.maps.frames import frame, lattice
from tests.payloads import ALL, PAYLOADS, seen

WICKED = MapText(ALL, ALL, ALL, 1, ALL)


def said(opened: Opened, where: str) -> str:
    return seen(opened.page.locator(where).first.text_content() or "")


def grids_page(nonce: str | None = None) -> str:
    cells = lattice(len(PAYLOADS), 1, 2)
    level = frame(cells, name=PAYLOADS, code=PAYLOADS, parent_name=PAYLOADS[::-1], special=True)
    levels = dict.fromkeys(("area", "unit", "micro", "police"), level)
    return grids_map(levels, WICKED, nonce=nonce, tile_attribution=ALL)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_alone_cannot_leave_its_element(payload: str) -> None:
    text = MapText(payload, payload, payload, 1, payload)
    level = frame(lattice(1, 1, 2), name=payload, code=payload)
    parts = Parts()
    parts.feed(grids_map({"micro": level}, text))
    assert parts.tags["script"] == 6
    assert parts.tags["style"] == 2
    assert parts.tags["img"] == parts.tags["svg"] == parts.tags["a"] == 0
    data = json.loads(parts.data)
    assert data["levels"][0]["names"] == [clean(payload)]
    assert "<" not in parts.data


class Parts(HTMLParser):
    """The tags of a page, and the text of its data."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.data = ""
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes |= {name for name, _ in attrs}
        self.inside = ("id", "data") in attrs

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.data += data

    def handle_endtag(self, tag: str) -> None:
        self.inside = False


def test_the_policy_stops_scripts_that_are_not_ours(open_page: Opener) -> None:
    page = grids_page().replace("</body>", "<script>window.pwned=1</script></body>")
    opened = open_page(page)
    assert opened.page.evaluate("window.pwned === undefined")
    assert any("Content Security Policy" in line for line in opened.complaints)


@pytest.mark.parametrize("nonce", ["", "short", '"><script>', "a b c d e f g h i"])
def test_a_nonce_that_is_none_is_refused(nonce: str) -> None:
    with pytest.raises(InputError, match="nonce"):
        grids_page(nonce)


def test_lone_surrogates_and_control_characters_become_marks(open_page: Opener) -> None:
    # pandas holds no lone surrogate, so it can come by the head alone.
    level = frame(lattice(1, 1, 2), name="甲\x00乙\u202e丙")
    html = grids_map({"micro": level}, MapText("甲\ud800乙\x00丙\u202e丁", "x"))
    opened = open_page(html)
    assert said(opened, "h1") == "甲\ufffd乙\ufffd丙\ufffd丁 x"
    opened.page.locator("#search").fill("乙")
    opened.page.locator(".found button").click()
    assert said(opened, ".card h3") == "甲\ufffd乙\ufffd丙"
    opened.quiet()


def test_no_inline_handlers_nor_style_attributes() -> None:
    parts = Parts()
    parts.feed(grids_page())
    assert parts.attributes >= {"id", "class", "content"}
    assert not {name for name in parts.attributes if name.startswith("on") or name == "style"}


def test_frames_are_left_as_they_were(small: dict[str, geopandas.GeoDataFrame]) -> None:
    before = {key: level.copy(deep=True) for key, level in small.items()}
    grids_map(small, WICKED)
    for key, level in small.items():
        pd.testing.assert_frame_equal(pd.DataFrame(level), pd.DataFrame(before[key]))
