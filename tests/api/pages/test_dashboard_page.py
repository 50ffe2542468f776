"""The figures of a period with their definitions, in totals, bars, a table and a file."""

from __future__ import annotations

from playwright.sync_api import Route, expect
from sqlalchemy import Engine

from tests.api.browsing import Opener

from .people import PHONE, act, ready, tell


def test_its_figures_are_those_of_the_api(ground: Engine, open_address: str, visit: Opener) -> None:
    for column in (0.2, 0.3, 1.2):
        act(ground, tell(ground, column, 1.2).number, "close-on-spot")
    opened = ready(visit, f"{open_address}/dashboard")
    page = opened.page
    answer = page.request.get(f"{open_address}/v1/measures?by=grid&level=area").json()
    shown = [one.inner_text() for one in page.locator(".figure b").all()]
    codes = [one["code"] for one in answer["measures"]]
    assert shown[codes.index("solved_in_place")] == str(answer["total"]["solved_in_place"])
    assert answer["total"]["solved_in_place"] >= 3
    assert page.locator("#definitions dt").count() == len(codes)
    expect(page.locator("#table tbody tr")).to_have_count(1 + len(answer["rows"]))
    page.get_by_label("看哪项").select_option("solved_in_place")
    expect(page.locator("#means")).to_contain_text("当场办结")
    most = max(answer["rows"], key=lambda row: row["solved_in_place"])
    expect(page.locator(".bar").first).to_contain_text(most["name_zh"])
    expect(page.locator(".bar b").first).to_have_text(str(most["solved_in_place"]))
    opened.assert_accessible()
    opened.assert_quiet()


def test_it_opens_on_days_in_which_something_was_put_right(
    open_address: str, visit: Opener
) -> None:
    page = visit(f"{open_address}/login").page
    asked: list[str] = []

    def answer(route: Route) -> None:
        """As of a district whose last month was quiet, but not its last year."""
        asked.append(route.request.url)
        found = route.fetch().json()
        closed = int(len(asked) > 1)
        route.fulfill(json={**found, "total": {**found["total"], "fixed": 0, "closed": closed}})

    page.route("**/v1/measures?*", answer)
    page.goto(f"{open_address}/dashboard")
    page.wait_for_selector("body[data-ready=true]", state="attached")
    expect(page.locator("[aria-pressed=true]")).to_have_text("近一年 A year")
    assert len(asked) == 2


def test_rows_period_and_file_go_together(open_address: str, visit: Opener) -> None:
    opened = ready(visit, f"{open_address}/dashboard", **PHONE)
    page = opened.page
    page.get_by_label("按").select_option("category")
    expect(page.locator("#table tbody")).to_contain_text("城市管理")
    page.get_by_role("button", name="全部").click()
    expect(page.locator("#period")).to_contain_text("全部，至")
    with page.expect_download() as started:
        page.locator("#csv").click()
    text = started.value.path().read_text(encoding="utf-8-sig")
    assert "城市管理" in text
    opened.assert_fits()
    opened.assert_quiet()
