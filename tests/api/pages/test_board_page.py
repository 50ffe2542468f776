"""The chief's board: where cases stand, the whistle, who came, who is late, likely duplicates."""

from __future__ import annotations

from playwright.sync_api import Browser, expect
from sqlalchemy import Engine

from gisgrid.store import cases
from tests.api.browsing import Opener
from tests.hostile import watch
from tests.payloads import ALL, PAYLOADS, seen

from .people import PHONE, STAFF, act, let_expire, ready, tell


def read(engine: Engine, number: str) -> cases.Case:
    with engine.connect() as connection:
        return cases.get(connection, number)


def calls(engine: Engine, case: cases.Case) -> dict[str, cases.Call]:
    with engine.connect() as connection:
        found = cases.calls_of(connection, [case.id])[case.id]
    return {one.department: one for one in found}


def test_a_chief_whistles_and_the_departments_report_in(
    ground: Engine, open_address: str, visit: Opener
) -> None:
    case = tell(ground, 0.3, 0.3, place="新成路口", category="strung-wires")
    act(ground, case.number, "accept")
    opened = ready(visit, f"{open_address}/board")
    page = opened.page
    page.locator(".column:has(#stage-accepted)").get_by_role("button", name="新成路口").click()
    drawer = page.locator("#drawer")
    expect(drawer).to_contain_text(case.number)
    opened.assert_accessible()
    drawer.get_by_role("button", name="吹哨").click()
    dialog = page.locator("#dialog")
    dialog.get_by_text("城管").click()
    dialog.get_by_text("房办").click()
    dialog.get_by_label("谁主办").select_option("housing")
    dialog.get_by_label("紧急").check()
    opened.assert_accessible()
    dialog.get_by_role("button", name="吹哨").click()
    expect(drawer.locator(".calls li")).to_have_count(2)
    found = calls(ground, case)
    assert {code: (one.role, one.clock) for code, one in found.items()} == {
        "chengguan": ("helper", "urgent-hours 2"),
        "housing": ("lead", "urgent-hours 2"),
    }
    housing = drawer.locator(".calls li", has_text="房办")
    expect(housing).to_contain_text("主办")
    housing.get_by_role("button", name="报到").click()
    expect(housing.get_by_role("button", name="报到")).to_have_count(0)
    assert calls(ground, case)["housing"].reported_in_at is not None
    expect(drawer.locator(".events li").first).to_contain_text("Report in：房办")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    assert "case=" not in page.url
    expect(page.locator(".column:has(#stage-dispatched)")).to_contain_text("新成路口")
    opened.assert_quiet()


def test_what_is_late_stands_first_and_filters_narrow(
    ground: Engine, open_address: str, visit: Opener
) -> None:
    tell(ground, 0.25, 1.25, place="不急的")
    late = tell(ground, 1.25, 1.25, place="超期的", category="repair")
    with ground.begin() as connection:
        cases.act(connection, late.number, "accept", actor=STAFF)
        cases.call(connection, late.number, ["justice"], actor=STAFF, lead="justice")
    let_expire(ground, late.number, days=60)
    opened = ready(visit, f"{open_address}/board")
    page = opened.page
    first = page.locator(".column:has(#stage-dispatched) .case").first
    expect(first).to_contain_text("超期的")
    expect(first).to_contain_text("超期 ")
    page.get_by_label("网格").select_option("102")
    expect(page.locator("#board")).not_to_contain_text("新成路口")
    page.get_by_label("部门").select_option("justice")
    expect(page.locator("#board")).not_to_contain_text("不急的")
    expect(page.locator("#board .case")).to_have_count(1)
    page.get_by_label("只看超期").check()
    page.get_by_role("button", name="地图").click()
    expect(page.locator("#map canvas")).to_be_visible()
    opened.assert_accessible()
    page.get_by_label("大类").select_option("fire")
    expect(page.locator("#board .case")).to_have_count(0)
    opened.assert_quiet()


def test_likely_duplicates_are_offered_and_merged_by_hand(
    ground: Engine, open_address: str, visit: Opener
) -> None:
    first = tell(ground, 1.6, 0.2, category="missing-lighting")
    second = tell(ground, 1.6005, 0.2, category="missing-lighting", source="resident")
    opened = ready(visit, f"{open_address}/board#case={second.number}")
    page = opened.page
    offered = page.locator(".alike li", has_text=first.number)
    expect(offered).to_be_visible()
    assert read(ground, second.number).stage == "reported"
    offered.get_by_role("button", name="并到这件").click()
    expect(page.locator("#drawer .chip", has_text="已并案")).to_be_visible()
    found = read(ground, second.number)
    assert (found.stage, found.merged_into) == ("merged", first.id)
    page.locator("#drawer").get_by_role("link", name=first.number).click()
    expect(page.locator("#drawer .facts").first).to_contain_text(first.number)
    opened.assert_quiet()


def test_it_is_a_list_on_a_phone(open_address: str, visit: Opener) -> None:
    opened = ready(visit, f"{open_address}/board", **PHONE)
    opened.assert_fits()
    boxes = [one.bounding_box() for one in opened.page.locator(".column").all()]
    assert all(box is not None and box["width"] > 300 for box in boxes)


def test_words_of_others_are_words(ground: Engine, open_address: str, chromium: Browser) -> None:
    said = {"description": ALL, "place": PAYLOADS[4], "category": "request"}
    case = tell(ground, 1.8, 0.1, source="resident", reporter={"name": PAYLOADS[0]}, **said)
    act(ground, case.number, "accept")
    act(ground, case.number, "note", reason=ALL)
    with watch(chromium) as watched:
        page = watched.page
        for path in (f"/board#case={case.number}", "/today"):
            page.goto("about:blank")
            page.goto(f"{open_address}{path}")
            page.wait_for_selector("body[data-ready=true]", state="attached")
            if "#" in path:
                page.wait_for_selector("#drawer[open]")
            text = seen(watched.look())
            assert seen(ALL) in text
            assert seen(PAYLOADS[4]) in text
        watched.require_harmless(open_address)
