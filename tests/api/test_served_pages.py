from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine

from tests.campaigns import bring, small_campaign

from .browsing import Opener


def scroll_to(page: Page, path: str) -> None:
    """Look for an operation: of a long document only what is in view is drawn."""
    control = page.locator(".opblock-summary-control", has_text=path.replace("/", "/\u200b"))
    for height in range(0, 60_000, 500):
        page.evaluate("height => window.scrollTo(0, height)", height)
        page.wait_for_timeout(50)
        if control.count():
            return
    raise AssertionError(f"{path} is not in the document")


def test_the_api_documentation_works_from_its_own_files(address: str, visit: Opener) -> None:
    opened = visit(f"{address}/docs")
    page = opened.page
    page.wait_for_selector(".opblock")
    for path in ("/v1/resolve", "/v1/grids/{code}", "/v1/cases", "/healthz"):
        scroll_to(page, path)
    page.locator(".opblock-summary-control", has_text="healthz").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.wait_for_selector(".responses-inner .live-responses-table")
    assert '"alive"' in page.inner_text(".responses-inner")
    opened.assert_quiet()


@pytest.mark.parametrize("name", ["grids", "hazards", "campaign"])
def test_the_maps_run_under_their_policy(
    squares: Engine, address: str, visit: Opener, tmp_path: Path, name: str
) -> None:
    bring(squares, tmp_path / "campaign", small_campaign())
    opened = visit(f"{address}/maps/{name}")
    opened.page.wait_for_selector(".leaflet-container")
    opened.page.reload(wait_until="networkidle")
    assert opened.page.locator(".leaflet-container canvas").count() >= 1
    opened.assert_quiet()
