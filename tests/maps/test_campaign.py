"""The map of a campaign as a file, in a real browser: what was done by which day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from gisgrid.errors import ColumnError
from gisgrid.maps import MapText, campaign_map
from gisgrid.store.campaigns import Campaign, Task
from tests.maps.browser import Opener
from tests.maps.market import FIRST, VIEW, figure, market, task_cells, with_evidence


def test_small_and_quiet(open_page: Opener, text: MapText) -> None:
    html = campaign_map(VIEW, *with_evidence(market()), text)
    assert len(html.encode("utf-8")) < 400_000
    opened = open_page(html)
    assert figure(opened.page, "#done") == 639
    assert figure(opened.page, "#left") == 0
    opened.quiet()


def test_the_count_of_each_day_is_true(open_page: Opener, text: MapText) -> None:
    buildings, items, grids = market()
    opened = open_page(campaign_map(VIEW, buildings, items, [], grids, text))
    page = opened.page
    for day, phase in [
        (0, "整治前"),
        (30, "整治前"),
        (31, "整治中"),
        (60, "整治中"),
        (122, "整治后"),
    ]:
        page.locator("#day").fill(str(day))
        today = FIRST + timedelta(days=day)
        assert page.locator("#date").inner_text() == today.isoformat()
        assert figure(page, "#done") == int((items["done_on"] <= today).sum())
        assert figure(page, "#left") == int((items["done_on"] > today).sum())
        assert phase in page.locator("#phase").inner_text()
    opened.quiet()


def test_the_marks_change_colour(open_page: Opener, text: MapText) -> None:
    page = open_page(campaign_map(VIEW, *with_evidence(market()), text)).page
    count = """() => {
      const c = document.querySelector("canvas.drawn");
      const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
      let left = 0, done = 0;
      for (let i = 0; i < d.length; i += 4) {
        if (d[i] === 0xc2 && d[i + 1] === 0x41 && d[i + 2] === 0x0c) left++;
        if (d[i] === 0x5f && d[i + 1] === 0xb3 && d[i + 2] === 0x9b) done++;
      }
      return [left, done];
    }"""
    seen = []
    for day in (0, 76, 150):
        page.locator("#day").fill(str(day))
        page.wait_for_timeout(100)
        seen.append(page.evaluate(count))
    assert seen[0][0] > 500
    assert seen[0][1] == 0
    assert 0 < seen[1][0] < seen[0][0]
    assert 0 < seen[1][1] < seen[2][1]
    assert seen[2][0] == 0


def test_play_runs_to_the_end_and_can_be_stopped(open_page: Opener, text: MapText) -> None:
    opened = open_page(campaign_map(VIEW, *with_evidence(market()), text))
    page = opened.page
    page.locator("#day").fill("100")
    page.locator("#play").click()
    expect(page.locator("#date")).not_to_have_text("2024-06-09")
    page.locator("#play").click()
    at = page.locator("#day").input_value()
    page.wait_for_timeout(300)
    assert page.locator("#day").input_value() == at
    page.locator("#day").fill("180")
    page.locator("#play").click()
    expect(page.locator("#date")).to_have_text("2024-08-31")
    opened.quiet()


def test_tasks_with_target_actual_qualifier_and_source(open_page: Opener, text: MapText) -> None:
    page = open_page(campaign_map(VIEW, *with_evidence(market()), text)).page
    rows = [row.all_inner_texts() for row in task_cells(page)]
    assert [row[1:] for row in rows] == [
        ["639 扇", "639 扇"],
        ["数十 吨", "11.5 吨"],
        ["60 辆", "70余 辆"],
    ]
    assert "报道，2024-09-01" in rows[1][0]
    # What is counted is counted for the day that is shown; what was published stays.
    page.locator("#day").fill("0")
    rows = [row.all_inner_texts() for row in task_cells(page)]
    assert [row[2] for row in rows] == ["0 扇", "11.5 吨", "70余 辆"]


def test_tasks_are_shown_one_by_one_or_together(open_page: Opener, text: MapText) -> None:
    buildings, items, grids = market()
    items.loc[:99, "task"] = "stalls"
    stalls = Task(code="stalls", name_zh="取缔摊点", item_zh="无证摊点", done_zh="已取缔")
    view = Campaign(1, "x", "x", "x", None, VIEW.phases, (*VIEW.tasks, stalls))
    opened = open_page(campaign_map(view, buildings, items, [], grids, text))
    page = opened.page
    page.locator("#day").fill("60")
    until = FIRST + timedelta(days=60)
    for choice, own in (
        ("-1", items),
        ("0", items[items["task"] == "windows"]),
        ("3", items[items["task"] == "stalls"]),
    ):
        page.locator(f"input[name=task][value='{choice}']").check()
        assert figure(page, "#done") == int((own["done_on"] <= until).sum())
        assert figure(page, "#left") == int((own["done_on"] > until).sum())
    assert "无证摊点" in page.locator("section h2").first.inner_text()
    rows = [row.all_inner_texts() for row in task_cells(page)]
    stalls_done = items[(items["task"] == "stalls") & (items["done_on"] <= until)]
    assert rows[3][1:] == ["—", str(len(stalls_done))]
    opened.quiet()


def test_the_plan_runs_beside_what_was_done(open_page: Opener, text: MapText) -> None:
    page = open_page(campaign_map(VIEW, *with_evidence(market()), text)).page
    # Straight from 639 before the first of April to none at the end of June, 91 days.
    for day, left in ((30, 639), (31, 632), (76, 316), (121, 0), (183, 0)):
        page.locator("#day").fill(str(day))
        assert figure(page, "#plan") == pytest.approx(left, abs=0.51)
    assert page.locator(".burn .planned").count() == 1


def test_on_a_phone(open_page: Opener, text: MapText) -> None:
    opened = open_page(campaign_map(VIEW, *with_evidence(market()), text), width=420)
    page = opened.page
    assert not page.locator("#tasks").is_visible()
    page.locator("#fold").click()
    assert page.locator("#done").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    opened.quiet()


def test_wrong_frames_are_refused(text: MapText) -> None:
    buildings, items, grids = market()
    with pytest.raises(ColumnError, match="done_on"):
        campaign_map(VIEW, buildings, items.drop(columns="done_on"), [], grids, text)
