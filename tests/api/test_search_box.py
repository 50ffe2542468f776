"""The search box in a real browser: typed, chosen by keys, shown on the map of every page."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from .browsing import Opened, Opener

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PAGES = ["/", "/patrols", "/planner", "/maps/grids", "/hazards"]


def open_box(visit: Opener, address: str, **size: int) -> tuple[Opened, Locator]:
    opened = visit(address, settled=False, **size)
    box = opened.page.get_by_role("combobox", name="地址")
    expect(box).to_be_visible()
    return opened, box


def asking(words: str) -> Callable[[str], bool]:
    """Whether an address asks for these words."""
    return lambda url: f"/v1/resolve?address={words}" in unquote(url)


def require_accessible(page: Page) -> None:
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run('.search-box').then((result) => result.violations)")
    assert [f"{one['id']}: {one['nodes'][0]['html']}" for one in found] == []


def require_marked(page: Page) -> None:
    """The mark can be seen inside the map."""
    mark = page.locator(".place-mark")
    expect(mark).to_have_count(1)
    inside = mark.evaluate(
        """mark => {
          const m = mark.getBoundingClientRect();
          const f = mark.closest(".leaflet-container").getBoundingClientRect();
          return m.left >= f.left && m.right <= f.right && m.top >= f.top && m.bottom <= f.bottom;
        }"""
    )
    assert inside


def test_an_address_is_completed_and_chosen_by_keys(quiet_address: str, visit: Opener) -> None:
    opened, box = open_box(visit, quiet_address)
    page = opened.page
    page.wait_for_selector("body[data-ready=true]", state="attached")
    box.press_sequentially("村路4")
    options = page.locator("#address-list [role=option]")
    expect(options.first).to_contain_text("村路4号")
    expect(box).to_have_attribute("aria-expanded", "true")
    assert box.get_attribute("aria-activedescendant") is None
    box.press("ArrowDown")
    box.press("ArrowDown")
    chosen = options.nth(1)
    expect(chosen).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    text = chosen.locator(".line").inner_text()
    require_accessible(page)
    box.press("Enter")
    expect(page.locator("#answer .place-name")).to_have_text(text)
    expect(page.locator("#address-list")).to_be_hidden()
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value(text)
    reply = page.request.get(f"{quiet_address}/v1/resolve", params={"address": text}).json()
    shown = [one.inner_text() for one in page.locator("#answer .code").all()]
    place = reply["candidates"][0]
    assert shown == [*(grid["code"] for grid in place["grids"]), place["police"]["code"]]
    require_marked(page)
    require_accessible(page)
    opened.assert_quiet()


def test_going_up_leaves_the_list_and_escape_closes_it(quiet_address: str, visit: Opener) -> None:
    opened, box = open_box(visit, quiet_address)
    box.press_sequentially("村")
    options = opened.page.locator("#address-list [role=option]")
    expect(options.first).to_be_visible()
    size = options.count()
    box.press("ArrowUp")
    expect(options.nth(size - 1)).to_have_attribute("aria-selected", "true")
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") is None
    box.press("Escape")
    expect(options).to_have_count(0)
    expect(box).to_have_value("村")
    # The arrow brings the list back; what is no whole address is gone on with.
    box.press("ArrowDown")
    expect(options.first).to_be_visible()
    options.filter(has_text="村路").first.click()
    expect(box).to_have_value("村路")
    expect(box).to_be_focused()
    expect(options.filter(has_text="村路0号")).to_have_count(1)
    opened.assert_quiet()


def test_what_is_not_certain_is_offered_and_what_is_not_there_is_said(
    quiet_address: str, visit: Opener
) -> None:
    opened, box = open_box(visit, quiet_address)
    page = opened.page
    box.fill("村路")
    box.press("Enter")
    expect(page.locator("#answer .verdict")).to_contain_text("拿不准")
    numbers = page.locator("#answer .place-number").all_inner_texts()
    assert len(numbers) > 1
    marks = page.locator(".place-mark.numbered")
    assert marks.all_inner_texts() == numbers
    # All of them are in sight at once.
    frame = page.locator("#map").bounding_box()
    assert frame is not None
    for one in marks.all():
        box_of = one.bounding_box()
        assert box_of is not None
        assert frame["x"] <= box_of["x"] <= frame["x"] + frame["width"]
        assert frame["y"] <= box_of["y"] <= frame["y"] + frame["height"]
    choice = page.locator("#answer .choices button").nth(1)
    name = choice.locator(".place-name").inner_text()
    require_accessible(page)
    choice.click()
    expect(page.locator("#answer .place-name")).to_have_text(name)
    require_marked(page)
    box.fill("村路9999号")
    box.press("Enter")
    expect(page.locator("#answer .verdict")).to_contain_text("查无此址")
    expect(page.locator("#answer")).to_contain_text("不拿邻号代替")
    # An old mark beside "no such address" would be taken for it.
    expect(page.locator(".place-mark")).to_have_count(0)
    box.fill("甘肃省白银市白银区人民路1号")
    box.press("Enter")
    expect(page.locator("#answer .verdict")).to_contain_text("不在本区")
    opened.assert_quiet()


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_the_box(quiet_address: str, visit: Opener, path: str) -> None:
    opened, box = open_box(visit, quiet_address + path)
    page = opened.page
    box.fill("村路42号")
    box.press("Enter")
    expect(page.locator("#answer .micro .code")).to_be_visible()
    require_marked(page)
    require_accessible(page)
    opened.assert_quiet()
    page.set_viewport_size({"width": 390, "height": 800})
    require_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    if path != "/":
        page.get_by_label("关闭答案").click()
        expect(page.locator("#answer .micro .code")).to_have_count(0)
        expect(box).to_be_focused()


def test_what_comes_late_or_not_at_all_is_no_answer(quiet_address: str, visit: Opener) -> None:
    opened, box = open_box(visit, quiet_address)
    page = opened.page
    held: list[Route] = []
    page.route(asking("村路1号"), lambda route: held.append(route))
    box.fill("村路1号")
    box.press("Enter")
    expect(page.locator("#answer")).to_contain_text("正在查")
    box.fill("村路2号")
    box.press("Enter")
    expect(page.locator("#answer .place-name")).to_have_text("村路2号")
    held[0].continue_()
    page.wait_for_timeout(200)
    expect(page.locator("#answer .place-name")).to_have_text("村路2号")
    problem = {"title": "x", "detail": "the addresses are still being read", "fix": "wait"}
    page.route(
        asking("村路3号"),
        lambda route: route.fulfill(status=503, body=json.dumps(problem)),
    )
    box.fill("村路3号")
    box.press("Enter")
    expect(page.locator("#answer .bad")).to_contain_text("the addresses are still being read")
    expect(page.locator(".place-mark")).to_have_count(0)


def test_letters_of_an_input_method_are_not_asked_for(quiet_address: str, visit: Opener) -> None:
    opened, box = open_box(visit, quiet_address)
    page = opened.page
    asked = lambda: [one for one in opened.requests if "/v1/addresses/suggest" in one]  # noqa: E731
    box.evaluate(
        """box => {
          box.value = "cun'lu";
          box.dispatchEvent(new InputEvent("input", { bubbles: true, isComposing: true }));
          box.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", isComposing: true }));
        }"""
    )
    page.wait_for_timeout(300)
    assert asked() == []
    box.evaluate(
        """box => {
          box.value = "村路";
          box.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true }));
        }"""
    )
    expect(page.locator("#address-list [role=option]").first).to_be_visible()
    assert len(asked()) == 1
