"""A resident reports on a phone, without an account, and follows what becomes of it."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect
from sqlalchemy import Engine, func, select

from gisgrid.access import Sight
from gisgrid.store import cases, grids, personal
from gisgrid.store.scope import look_as
from gisgrid.store.tables import case_file
from tests.api.browsing import Opener
from tests.cases.test_pictures import drawn, saved
from tests.payloads import ALL, seen

from .people import PHONE, STAFF, act, at, locate, ready, tap, tell

_ALL = Sight(whole=True).disclosed()


def newest(engine: Engine) -> cases.Case:
    with engine.connect() as connection:
        look_as(connection, _ALL)
        return cases.listing(connection, limit=1).cases[0]


def send(page: Page) -> str:
    """Send the form; the address by which the report is followed."""
    page.get_by_role("button", name="上报").last.click()
    expect(page.locator("#done")).to_be_visible()
    return page.locator("#link").get_attribute("href") or ""


def test_a_resident_reports_on_the_phone_and_follows_the_link(
    ground: Engine, guarded_address: str, visit: Opener
) -> None:
    opened = ready(visit, f"{guarded_address}/report", **PHONE)
    page = opened.page
    locate(page, 0.25, 0.25)
    tap(page, "消防隐患", "堵塞消防通道")
    page.get_by_role("button", name="我的位置").click()
    expect(page.locator("#where")).to_contain_text("位置标好了")
    page.get_by_label("地址或地点").fill("白银路1号门口")
    page.locator("textarea").fill(ALL)
    page.get_by_label("称呼").fill("王小明")
    page.get_by_label("电话").fill("13812341234")
    opened.assert_accessible()
    opened.assert_fits()
    link = send(page)
    case = newest(ground)
    assert page.locator("#number").inner_text() == case.number
    assert (case.category.code, case.source, case.place) == (
        "blocked-fire-lane",
        "resident",
        "白银路1号门口",
    )
    assert seen(case.description) == seen(ALL)
    with ground.connect() as connection:
        owner = grids.ids_by_code(connection, ["101001001"])["101001001"]
        assert case.reporter is not None
        told = personal.masked(connection, [case.reporter])[case.reporter]
    assert case.grids["micro"] == owner
    assert (told["name"], told["telephone"]) == ("王**", "138****1234")
    page.goto(link)
    page.wait_for_selector("body[data-ready=true]", state="attached")
    expect(page.locator("#now-title")).to_contain_text("已上报")
    expect(page.locator("#line [aria-current=step]")).to_contain_text("上报")
    expect(page.locator("#blocker")).to_contain_text("现在等：网格 受理")
    # Whoever has the link reads no name.
    assert "王" not in page.inner_text("body")
    opened.assert_accessible()
    opened.assert_fits()
    opened.assert_quiet()


def test_a_page_of_a_report_is_kept_from_others(guarded_address: str, visit: Opener) -> None:
    page = visit(f"{guarded_address}/report/{'x' * 27}").page
    expect(page.locator("#now-title")).to_contain_text("没有这件上报")
    answer = page.request.get(f"{guarded_address}/report/{'x' * 27}")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert answer.headers["cache-control"] == "no-store"


def test_an_address_says_where_and_one_that_nobody_knows_keeps_the_words(
    ground: Engine, open_address: str, visit: Opener
) -> None:
    page = ready(visit, f"{open_address}/report").page
    page.get_by_role("button", name="上报").last.click()
    expect(page.locator("#said")).to_contain_text("请选是什么问题")
    tap(page, "城市管理", "无证设摊")
    page.locator("textarea").fill("天天占道")
    page.get_by_label("地址或地点").fill("没有这条路99号")
    page.get_by_role("button", name="上报").last.click()
    expect(page.locator("#said.bad")).to_contain_text("填写有误")
    assert page.locator("textarea").input_value() == "天天占道"
    page.get_by_label("地址或地点").fill("白银路1号")
    send(page)
    case = newest(ground)
    assert (case.lon, case.lat) == tuple(at(0.25, 0.25).values())


def test_a_tap_on_the_map_says_where(ground: Engine, open_address: str, visit: Opener) -> None:
    opened = ready(visit, f"{open_address}/report", **PHONE)
    page = opened.page
    tap(page, "治安线索", "治安线索")
    expect(page.locator("#tip-note")).to_be_visible()
    page.locator("#map").click(position={"x": 150, "y": 150})
    expect(page.locator("#where")).to_contain_text("位置标好了")
    send(page)
    assert newest(ground).confidential
    opened.assert_quiet()


def test_a_report_whose_answer_is_lost_is_sent_again_as_the_same(
    ground: Engine, open_address: str, visit: Opener
) -> None:
    def made() -> int:
        with ground.connect() as connection:
            return connection.scalar(select(func.count()).select_from(case_file)) or 0

    def fill() -> None:
        tap(page, "城市管理", "无证设摊")
        page.get_by_label("地址或地点").fill("白银路1号")

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page = ready(visit, f"{open_address}/report").page
    keys: list[str] = []
    page.on(
        "request",
        lambda one: keys.append(one.headers["idempotency-key"]) if one.method == "POST" else None,
    )
    before = made()
    fill()
    page.route("**/v1/reports", lose, times=1)
    page.get_by_role("button", name="上报").last.click()
    expect(page.locator("#said.bad")).to_be_visible()
    assert made() == before + 1
    send(page)
    assert page.locator("#number").inner_text() == newest(ground).number
    assert made() == before + 1
    page.locator("#again").click()
    expect(page.locator("#done")).to_be_hidden()
    page.wait_for_selector("body[data-ready=true]", state="attached")
    fill()
    send(page)
    assert made() == before + 2
    lost, again, other = keys
    assert lost == again != other


def test_refusal_is_told_with_its_reason_and_can_be_answered(
    ground: Engine, open_address: str, visit: Opener
) -> None:
    case = tell(ground, source="resident", coded=True, description="灯坏了")
    act(ground, case.number, "refuse", reason=f"不归我们管 {ALL}")
    opened = ready(visit, f"{open_address}/report/{case.code}", **PHONE)
    page = opened.page
    expect(page.locator("#now-title")).to_contain_text("不予受理")
    expect(page.locator("#line li").last).to_contain_text("不予受理")
    assert seen(ALL) in seen(page.inner_text("#steps"))
    page.get_by_label("没解决").fill("还是黑的")
    page.get_by_role("button", name="重新打开").click()
    expect(page.locator("#now-title")).to_contain_text("已受理")
    expect(page.locator("#steps li").first).to_contain_text("还是黑的")
    act(ground, case.number, "close-on-spot")
    page.reload()
    page.get_by_label("4 分").check()
    page.get_by_role("button", name="评价").click()
    expect(page.locator("#blocker")).to_contain_text("您的评价：4 分")
    assert newest(ground).rating == 4
    # What was given stays to be seen, and can be given anew.
    expect(page.get_by_label("4 分")).to_be_checked()
    opened.assert_accessible()
    opened.assert_quiet()


def test_departments_that_keep_it_waiting_are_named(
    ground: Engine, open_address: str, visit: Opener
) -> None:
    case = tell(ground, source="resident", coded=True)
    act(ground, case.number, "accept")
    with ground.begin() as connection:
        offices = ["chengguan", "housing"]
        cases.call(connection, case.number, offices, actor=STAFF, reason="内部的话")
    page = ready(visit, f"{open_address}/report/{case.code}").page
    expect(page.locator("#blocker")).to_contain_text("现在等：城管、房办 报到")
    expect(page.locator("#steps")).to_contain_text("城管、房办")
    assert "内部的话" not in page.inner_text("body")


def test_a_picture_is_sent_after_the_report(
    ground: Engine, open_address: str, visit: Opener
) -> None:
    case = tell(ground, source="resident", coded=True)
    opened = ready(visit, f"{open_address}/report/{case.code}", **PHONE)
    page = opened.page
    file = {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": saved(drawn())}
    page.locator("#picture input").set_input_files([file])
    page.locator("#picture button").click()
    expect(page.locator("#sent")).to_contain_text("已发 1 张")
    opened.assert_accessible()
    opened.assert_quiet()
