"""What the map of hazards shows of which kind and which time, in a real browser."""

from __future__ import annotations

import pandas as pd

from gisgrid.maps import HazardView, MapText
from tests.api.waiting import until
from tests.maps.browser import Opener
from tests.maps.hazards import Levels, choose, days, drawn, shown, some_hazards, whole


def test_each_filter_counts_what_the_frame_counts(
    open_page: Opener, small: Levels, text: MapText
) -> None:
    hazards = some_hazards({"fire": 400, "security": 300, "city": 11})
    opened = drawn(open_page, hazards, small, text)
    page = opened.page
    picture = "document.querySelector('canvas.drawn').toDataURL()"
    whole(page)
    page.wait_for_timeout(100)
    before = page.evaluate(picture)
    assert shown(page) == 711
    choose(page, "category", "security")
    kept = hazards["category"] == "security"
    assert shown(page) == kept.sum()
    page.wait_for_timeout(100)
    assert page.evaluate(picture) != before
    page.locator("details.more summary").click()
    choose(page, "state", "open")
    kept &= hazards["state"] == "open"
    assert shown(page) == kept.sum()
    choose(page, "severity", 3)
    kept &= hazards["severity"] == 3
    assert shown(page) == kept.sum() > 0
    choose(page, "found", "reported")
    kept &= ~hazards["discovered"]
    assert shown(page) == kept.sum() > 0
    choose(page, "severity", 0)
    choose(page, "state", "")
    kept = (hazards["category"] == "security") & ~hazards["discovered"]
    assert shown(page) == kept.sum()
    first = hazards["found_at"].min().normalize()
    at = (hazards["found_at"].dt.normalize() - first).dt.days
    days(page, 50, 120)
    assert shown(page) == (kept & at.between(50, 119)).sum() > 0
    opened.quiet()


def test_the_address_keeps_what_was_chosen(open_page: Opener, small: Levels, text: MapText) -> None:
    hazards = some_hazards({"fire": 400, "city": 100}, spread=0.05)
    opened = drawn(open_page, hazards, small, text)
    page = opened.page
    assert page.evaluate("location.hash") == ""
    choose(page, "category", "city")
    choose(page, "view", "grids")
    choose(page, "by", "rate")
    choose(page, "level", "unit")
    days(page, 20, 80)
    page.locator("#worst button").first.click()
    page.evaluate("gisgrid.page.settled")
    before = shown(page), page.locator("#why .title").inner_text()
    page.reload()
    assert (shown(page), page.locator("#why .title").inner_text()) == before
    for name, value in [("category", "city"), ("view", "grids"), ("by", "rate"), ("level", "unit")]:
        assert page.locator(f'input[name="{name}"][value="{value}"]').is_checked()
    page.evaluate("location.hash = 'category=fire&grid=nonsense&since=x&level=<b>'")
    page.wait_for_timeout(50)
    assert page.locator('input[name="category"][value="fire"]').is_checked()
    assert page.locator('input[name="level"][value="micro"]').is_checked()
    assert page.locator("#worst").is_visible()
    assert opened.complaints == opened.dialogs == []


def test_the_span_of_time_is_dragged_and_played_by_the_keyboard(
    open_page: Opener, small: Levels, text: MapText
) -> None:
    opened = drawn(open_page, some_hazards({"fire": 500}), small, text)
    page = opened.page
    state = "gisgrid.page.filters.state"
    start, end = (page.get_by_role("slider", name=name) for name in ("first day", "last day"))
    length = page.evaluate(f"{state}.to")
    assert page.evaluate(f"{state}.from") == length - 30
    start.focus()
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(f"{state}.from") == length - 31
    end.focus()
    page.keyboard.press("Home")
    assert page.evaluate(f"[{state}.from, {state}.to]") == [0, 1]
    assert "2024-01-01 – 2024-01-01" in page.locator("#period").inner_text()
    days(page, length - 60, length)
    page.locator("#play").press("Enter")
    # It begins anew at the first day, and walks.
    until(lambda: 0 < page.evaluate(f"{state}.from") < length - 60)
    assert page.evaluate(f"{state}.to - {state}.from") == 60
    page.locator("#play").press("Enter")
    stood = page.evaluate(f"{state}.from")
    page.wait_for_timeout(500)
    assert page.evaluate(f"{state}.from") == stood
    opened.quiet()


def test_the_record_that_ended_is_said(open_page: Opener, small: Levels, text: MapText) -> None:
    hazards = some_hazards({"fire": 50})
    end = (hazards["found_at"].max() + pd.Timedelta(1, "D")).date()
    view = HazardView(until=end, ended=True)
    opened = drawn(open_page, hazards, small, text, view)
    last = hazards["found_at"].max().strftime("%Y-%m-%d")
    assert f"数据截至 {last}" in opened.page.locator("#panel").inner_text()
    alive = HazardView(until=end + pd.Timedelta(10, "D"), ended=False)
    opened = drawn(open_page, hazards, small, text, alive)
    assert "数据截至" not in opened.page.locator("#panel").inner_text()
    recent = hazards["found_at"].dt.date >= alive.until - pd.Timedelta(30, "D")
    assert shown(opened.page) == recent.sum() > 0


def test_those_without_a_time_count_only_in_the_whole(
    open_page: Opener, small: Levels, text: MapText
) -> None:
    hazards = some_hazards({"fire": 40})
    hazards.loc[:9, "found_at"] = pd.NaT
    opened = drawn(open_page, hazards, small, text)
    whole(opened.page)
    assert shown(opened.page) == 40
    assert "其中 10 处时间不明" in opened.page.locator("#panel").inner_text()
    days(opened.page, 1, opened.page.evaluate("gisgrid.page.filters.state.to"))
    assert shown(opened.page) <= 30
