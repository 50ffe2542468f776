"""Text that wants to run: it is shown letter by letter, and nothing happens."""

from __future__ import annotations

import json
from collections import Counter
from html.parser import HTMLParser
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pytest

from gisgrid.errors import InputError
from gisgrid.maps import (
    HazardView,
    MapText,
    campaign_map,
    grids_map,
    hazards_map,
)
from gisgrid.store.campaigns import Campaign, Phase, Task
from tests.maps.browser import Opened, Opener
from tests.maps.frames import frame, lattice
from tests.maps.test_campaign import VIEW, look, market
from tests.maps.test_hazards import some_hazards

PAYLOADS = [
    "<script>window.pwned=1</script>",
    "</script><script>window.pwned=1</script>",
    "</SCRIPT ><svg/onload=window.pwned=1>",
    "<!--<script>window.pwned=1//-->",
    "<img src=x onerror=window.pwned=1>",
    "${window.pwned=1}",
    "`${alert(1)}`",
    "`+alert(1)+`",
    "'-alert(1)-'",
    '"onmouseover="alert(1)" x="',
    "';window.pwned=1;//",
    "\\';window.pwned=1;//",
    "{{7*7}}{% for x in [1] %}{{x}}{% endfor %}",
    "{{ this.__class__ }}{# gone #}",
    "javascript:alert(1)",
    "<a href=javascript:alert(1)>x</a>",
    "a\u2028window.pwned=1\u2029b",
    "]]><script>alert(1)</script>",
    "&lt;img src=x onerror=alert(1)&gt;",
    "<style>*{display:none}</style>",
    "__proto__",
    "constructor",
    "</title><script>alert(1)</script>",
]


ALL = " ¶ ".join(PAYLOADS)
WICKED = MapText(ALL, ALL, ALL, 1, ALL)
COUNT = len(PAYLOADS)


def seen(text: str) -> str:
    """Return text as a reader sees it."""
    return " ".join(text.split())


def said(opened: Opened, where: str) -> str:
    return seen(opened.page.locator(where).first.text_content() or "")


def click_at(opened: Opened, lon: float, lat: float) -> None:
    """Bring a place to the middle of the map and click it."""
    page = opened.page
    page.evaluate(f"map_main.setView([{lat}, {lon}], 18, {{animate: false}})")
    box = page.locator(".folium-map").bounding_box()
    assert box is not None
    page.locator(".folium-map").click(position={"x": box["width"] / 2, "y": box["height"] / 2})


def grids_page(nonce: str | None = None) -> str:
    cells = lattice(COUNT, 1, 2)
    level = frame(cells, name=PAYLOADS, code=PAYLOADS, parent_name=PAYLOADS[::-1], special=True)
    levels = dict.fromkeys(("area", "unit", "micro", "police"), level)
    return grids_map(levels, WICKED, nonce=nonce, tile_attribution=ALL)


def hazards_page() -> str:
    cells = lattice(COUNT, 1, 2)
    level = frame(cells, name=PAYLOADS, code=PAYLOADS, parent_name=PAYLOADS[::-1])
    middle = np.array([cell.representative_point().coords[0] for cell in cells])
    words = dict.fromkeys(("category", "subject", "state", "area", "unit", "micro"), PAYLOADS)
    hazards = some_hazards({"fire": COUNT}).assign(lon=middle[:, 0], lat=middle[:, 1], **words)
    names = {payload: (payload, payload) for payload in PAYLOADS}
    levels = dict.fromkeys(("area", "unit", "micro"), level)
    view = HazardView(names=names)
    return hazards_map(hazards, levels, WICKED, view, tile_attribution=ALL)


def campaign_page() -> str:
    buildings, items, grids = market()
    words = ("name_en", "unit_zh", "unit_en", "target_qualifier", "qualifier", "source")
    called = ("item_zh", "item_en", "done_zh", "done_en")
    view = Campaign(
        *(1, ALL, ALL, ALL, ALL),
        phases=tuple(
            Phase(p, p, p, v.starts, v.ends) for p, v in zip(PAYLOADS, VIEW.phases, strict=False)
        ),
        tasks=tuple(
            Task(code=p, name_zh=p, actual=2, **dict.fromkeys((*words, *called), p))
            for p in PAYLOADS
        ),
    )
    buildings["name"] = PAYLOADS[: len(buildings)]
    count = len(items)
    items["task"] = items["id"] = items["name"] = [PAYLOADS[k % COUNT] for k in range(count)]
    seen = look(building="b1", note=ALL, author=ALL, file_name=ALL, sha256=ALL)
    return campaign_map(view, buildings, items, [seen], grids.assign(name=ALL), WICKED)


def try_grids(opened: Opened) -> None:
    for payload in PAYLOADS:
        opened.page.locator("#search").fill(payload)
        opened.page.locator(".found button").first.click()
        assert seen(payload) in said(opened, ".card h3")
    opened.page.locator("input[value=area]").check()
    opened.page.mouse.move(300, 400)


def try_hazards(opened: Opened) -> None:
    page = opened.page
    page.locator("input[name=span]").last.check()
    page.locator("details.more summary").click()
    panel = said(opened, "#panel")
    assert all(panel.count(seen(payload)) >= 3 for payload in PAYLOADS)
    page.locator(".plain", has_text="更多").click()
    for payload in PAYLOADS:
        row = page.locator("#worst button").filter(has_text=payload).first
        assert seen(payload) in seen(row.text_content() or "")
    for k, payload in enumerate(PAYLOADS):
        page.evaluate(
            "k => gisgrid.page.filters.set({ grid: gisgrid.page.shown.level.codes[k] })", k
        )
        page.evaluate("gisgrid.page.settled")
        assert said(opened, "#why .title") == said(opened, "#why .code") == seen(payload)
        assert seen(payload) in said(opened, "#why .bars")
        assert said(opened, "#why .item b") == seen(payload)
    page.evaluate("gisgrid.page.filters.set({ grid: '' })")
    lon, lat = page.evaluate(
        "(() => { const p = gisgrid.page.shown.points[3], at = gisgrid.latLng(p.x, p.y);"
        " return [at.lng, at.lat]; })()"
    )
    click_at(opened, lon, lat)
    assert said(opened, ".card li b") in {seen(payload) for payload in PAYLOADS}
    for box in page.locator("input[name=category]").all()[:3]:
        box.check()


def try_campaign(opened: Opened) -> None:
    for k, (row, payload) in enumerate(
        zip(opened.page.locator("#tasks tbody tr").all(), PAYLOADS, strict=True)
    ):
        assert seen(row.text_content() or "").count(seen(payload)) >= 4, k
    opened.page.locator("#day").fill("40")
    assert seen(PAYLOADS[1]) in said(opened, "#phase")
    for box in opened.page.locator("input[name=task]").all()[:4]:
        box.check()
    click_at(opened, 121.24025, 31.3906)
    assert said(opened, ".card h3") == seen(PAYLOADS[1])
    assert said(opened, ".evidence").count(seen(ALL)) == 4


MAPS = [(grids_page, try_grids), (hazards_page, try_hazards), (campaign_page, try_campaign)]
POLICY = 'http-equiv="Content-Security-Policy"'


@pytest.mark.parametrize(("make", "use"), MAPS, ids=["grids", "hazards", "campaign"])
def test_nothing_runs_and_all_is_shown(open_page: Opener, make: Any, use: Any) -> None:
    # The page's own policy is a second wall: the first one must hold alone.
    html = make()
    assert POLICY in html
    opened = open_page(html.replace(POLICY, ""))
    assert seen(ALL) in said(opened, "h1")
    assert said(opened, "#stamp") == seen(ALL)
    assert seen(ALL) in seen(opened.page.title())
    use(opened)
    page = opened.page
    assert page.locator("script:not([type])").count() == 5
    assert page.locator("[onerror], [onload], [onmouseover], a[href*=script]").count() == 0
    opened.quiet()


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
    assert data["levels"][0]["names"] == [payload]
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
    for make, _ in MAPS:
        parts = Parts()
        parts.feed(make())
        assert parts.attributes >= {"id", "class", "content"}
        assert not {name for name in parts.attributes if name.startswith("on") or name == "style"}


def test_frames_are_left_as_they_were(small: dict[str, geopandas.GeoDataFrame]) -> None:
    before = {key: level.copy(deep=True) for key, level in small.items()}
    grids_map(small, WICKED)
    for key, level in small.items():
        pd.testing.assert_frame_equal(pd.DataFrame(level), pd.DataFrame(before[key]))
