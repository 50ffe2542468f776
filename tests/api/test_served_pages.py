from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.campaigns import bring, small_campaign

from .browsing import Opener


def test_the_api_documentation_works_from_its_own_files(address: str, visit: Opener) -> None:
    opened = visit(f"{address}/docs")
    page = opened.page
    page.wait_for_selector(".opblock")
    shown = page.inner_text("#docs")
    for path in ("/v1/resolve", "/v1/resolve/batch", "/v1/grids/{code}", "/readyz"):
        assert path in shown.replace("\u200b", "")
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
