"""How large the map of a campaign is, and how long a browser takes to open it."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from gisgrid.bench.database import bench_database
from gisgrid.bench.results import GISGRID, Row
from gisgrid.settings import Settings
from gisgrid.store import clock
from gisgrid.store.engine import connect, snapshot

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from gisgrid.bench.results import BenchOptions

__all__ = ["campaign_row", "opened"]


def campaign_row(options: BenchOptions) -> list[Row]:
    """The map of the sample district's campaign; opened where there is Chromium."""
    if not options.wants(GISGRID):
        return []
    seconds, page = _drawn(options)
    measures = {"seconds": seconds, "bytes": float(len(page.encode()))}
    chromium = shutil.which("chromium") or shutil.which("chromium-headless-shell")
    if chromium is None or find_spec("playwright") is None:
        options.progress("未安装 Chromium is not installed; the map is not opened")
        return [Row(GISGRID, "campaign", measures)]
    with _browser(chromium) as browser:
        milliseconds, requests = opened(page, browser, max(options.rounds, 1))
    return [Row(GISGRID, "campaign", {**measures, "open_ms": milliseconds}, {"requests": requests})]


def _drawn(options: BenchOptions) -> tuple[float, str]:
    """How long the map takes to draw from the record, and the map."""
    from gisgrid.maps.district import campaign_page
    from gisgrid.sample import build_district
    from gisgrid.sample.loading import load_district

    settings = Settings()
    with bench_database(options.database) as url:
        engine = connect(settings, url)
        try:
            options.progress("campaign: 样例区 making the sample district")
            load_district(engine, build_district())
            with snapshot(engine) as connection:
                at = clock.now(connection, settings.zone)
                campaign_page(connection, at, settings)
                begin = time.perf_counter()
                page = campaign_page(connection, at, settings)
                return time.perf_counter() - begin, page
        finally:
            engine.dispose()


@contextmanager
def _browser(chromium: str) -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


def opened(page: str, browser: Browser, rounds: int) -> tuple[float, int]:
    """Milliseconds until a file is loaded and painted (median), and how often it asked for more."""
    taken, asked = [], 0
    requests: list[Any] = []

    def note(request: Any) -> None:
        requests.append(request)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "campaign.html"
        path.write_text(page, encoding="utf-8")
        for _ in range(rounds):
            tab = browser.new_page(viewport={"width": 1280, "height": 800})
            requests.clear()
            tab.on("request", note)
            tab.goto(path.as_uri())
            # The second frame after loading begins when the first one has been painted.
            taken.append(
                tab.evaluate(
                    "new Promise(done => requestAnimationFrame(() => requestAnimationFrame("
                    "() => done(performance.now()))))"
                )
            )
            asked = max(asked, len(requests) - 1)
            tab.close()
    return median(taken), asked
