"""A town in which every text that a user may give is hostile, and pages that are watched there."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route
from sqlalchemy import Engine, insert

from gisgrid.cli import main
from gisgrid.maps.text import clean
from gisgrid.store.addresses import Unsure, add_alias, enqueue
from gisgrid.store.tables import patrol_point
from tests.campaigns import bring, small_campaign
from tests.hazard_rows import made_up
from tests.payloads import PAYLOADS, PLACES_HEAD, marked, poison, seen, write_places

__all__ = ["TILES", "Watched", "hostile_town", "watch"]

TILES: Final = "https://tiles.invalid/{z}/{x}/{y}.png"
_PNG: Final = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff\xff\x7f\x00\t\xfb\x03\xfd\x05CE\xca"
    b"\x00\x00\x00\x00IEND\xaeB`\x82"
)


def hostile_town(engine: Engine, folder: Path) -> list[str]:
    """Fill the village with one of everything and poison its texts; the columns poisoned."""
    _start_campaign(engine, folder)
    with engine.begin() as connection:
        made_up(400).write(connection)
        places = [(121.205 + 0.01 * (k % 8), 31.305 + 0.01 * (k // 8)) for k in range(16)]
        connection.execute(
            insert(patrol_point),
            [
                {"source_id": f"p{k}", "point": f"SRID=4326;POINT({lon} {lat})"}
                for k, (lon, lat) in enumerate(places)
            ],
        )
        add_alias(connection, "老街", "村路", author="x", source="x")
        unsure = [Unsure(f"{k}号", "unknown") for k in range(2)]
        enqueue(connection, unsure, source="x")
        done = poison(connection)
    _import_places(engine, folder)
    return done


def _import_places(engine: Engine, folder: Path) -> None:
    """Bring a CSV in by the command, as addresses, hazards and patrol points."""
    file = write_places(folder / "places.csv", 121.2052, 31.3052)
    ident, lon, lat, category, time, said = PLACES_HEAD
    columns = ("--id", ident, "--lon", lon, "--lat", lat, "--category", category, "--text", said)
    url = engine.url.render_as_string(hide_password=False)
    for kind in ("address", "hazard", "patrol"):
        when = ("--time", time) if kind == "hazard" else ()
        words = ("--kind", kind, *columns, *when, "--crs", "wgs84", "--strict", "--database", url)
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            patch.setattr(sys, "argv", ["gisgrid", "import", "places", str(file), *words])
            with pytest.raises(SystemExit) as stop:
                main()
            assert not stop.value.code


def _start_campaign(engine: Engine, folder: Path) -> None:
    many = len(PAYLOADS)
    items = [
        {
            "id": f"W{k}",
            "task": f"t{k % 4}",
            "building": f"b{k % 10}" if k % 3 else "",
            "lon": 121.2 + 0.0002 * k,
            "lat": 31.305,
            "done_on": f"2024-04-{2 + k % 20:02d}" if k % 4 else "",
        }
        for k in range(many)
    ]
    day = {"task": "t0", "lon": 121.201, "lat": 31.301}
    looks = [
        {"id": f"e{k}", "stage": stage, "taken_on": "2024-04-03", **day}
        for k, stage in enumerate(["before", "during", "after"] * 2)
    ]
    phases = [
        {"code": f"p{k}", "name_zh": "x", "starts": f"2024-04-{1 + 4 * k:02d}",
         "ends": f"2024-04-{5 + 4 * k:02d}"}
        for k in range(6)
    ]  # fmt: skip
    tasks = [{"code": f"t{k}", "name_zh": "x", "target": 9, "actual": 7} for k in range(4)]
    sheets = small_campaign(items=items, evidence=looks, phases=phases, tasks=tasks)
    bring(engine, folder, sheets)


# What text would have made of a page, had it been taken for more than text.
_GROWN: Final = """() => {
  const bad = [], tell = (one) => bad.push(one.outerHTML.slice(0, 160));
  for (const one of document.querySelectorAll("*")) {
    const name = one.localName;
    if (["iframe", "math", "mi", "object", "embed", "base"].includes(name)) tell(one);
    // Those of our own forms have names.
    if (name === "textarea" && !one.name) tell(one);
    for (const { name: key, value } of one.attributes) {
      if (/^on/i.test(key) || key === "srcdoc" || key === "autofocus") tell(one);
      if (/href|src|action/.test(key) && /^\\s*javascript:|^data:text/i.test(value)) tell(one);
      if (key === "style" && /pwned/.test(value)) tell(one);
    }
    if (one.href && new URL(one.href, location).host === "pwned.invalid") tell(one);
    if (name === "img" && one.getAttribute("src") === "x") tell(one);
    if (name === "style" && /pwned|^\\*\\{display:none/.test(one.textContent)) tell(one);
    if (name === "script" && one.type !== "application/json"
        && /pwned=1|alert\\(1\\)/.test(one.textContent)) tell(one);
  }
  return bad;
}"""
_TEXT: Final = """() => {
  const found = [], all = document.documentElement;
  const walk = document.createTreeWalker(all, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const { data, parentElement: within } = walk.currentNode;
    if (!["SCRIPT", "STYLE", "NOSCRIPT"].includes(within.tagName)) found.push(data);
  }
  return found.join("\\n");
}"""


def _ways(payload: str) -> tuple[str, ...]:
    """How a text may be shown: as it is, without what turns its direction, as programs write it."""
    return payload, clean(payload), json.dumps(payload, ensure_ascii=False)[1:-1]


@dataclass
class Watched:
    """A page in a real browser: what it asked for, what it complained of, what it showed."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    text: str = ""

    def look(self) -> str:
        """Read the page: nothing may have grown out of text; the text shown by now."""
        grown = self.page.evaluate(_GROWN)
        assert not grown, grown
        shown: str = self.page.evaluate(_TEXT)
        self.text += "\n" + shown
        return shown

    def require_shown(self, *columns: str) -> None:
        """Every payload was shown letter by letter, and texts of all these columns."""
        text = seen(self.text)
        missing = [column for column in columns if marked(column) not in text]
        assert not missing, missing
        hidden = [one for one in PAYLOADS if not any(seen(way) in text for way in _ways(one))]
        assert not hidden, hidden

    def require_harmless(self, own: str) -> None:
        """Nothing ran, nothing failed, and only tiles were asked of another host."""
        self.look()
        assert not self.complaints, self.complaints
        assert self.page.evaluate("window.pwned === undefined")
        allowed = (own, TILES.partition("{")[0], "data:", "blob:")
        strangers = [one for one in self.requests if not one.startswith(allowed)]
        assert not strangers, strangers


@contextmanager
def watch(browser: Browser, **viewport: int) -> Iterator[Watched]:
    """A blank page whose every word is noted; base-map tiles are answered here."""
    size: Any = {"width": 1280, "height": 1400} | viewport
    page = browser.new_page(viewport=size)
    watched = Watched(page)

    def dismiss(dialog: Dialog) -> None:
        watched.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def answer(route: Route) -> None:
        route.fulfill(body=_PNG, content_type="image/png")

    page.on("request", lambda request: watched.requests.append(request.url))
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    page.on("console", lambda line: watched.complaints.append(line.text))
    page.on("dialog", dismiss)
    page.route(f"{TILES.partition('{')[0]}**", answer)
    try:
        yield watched
    finally:
        page.close()
