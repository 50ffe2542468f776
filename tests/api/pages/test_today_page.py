"""A grid member's day on the phone: what is due, a tap for a step, a problem solved at once."""

from __future__ import annotations

import io

from PIL import Image
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine

from gisgrid.store import cases
from gisgrid.store.works import evidence
from tests.api.browsing import Opener

from .people import PHONE, act, let_expire, locate, ready, sign_in, tap, tell


def read(engine: Engine, number: str) -> cases.Case:
    with engine.connect() as connection:
        return cases.get(connection, number)


def own_link(page: Page, number: str) -> Locator:
    return page.get_by_role("link", name=number)


def numbers(page: Page) -> list[str | None]:
    return [one.get_attribute("data-number") for one in page.locator("#cases .case").all()]


def test_a_member_sees_the_own_grids_and_takes_steps_by_a_tap(
    ground: Engine, guarded_address: str, visit: Opener
) -> None:
    mine, foreign = tell(ground, 0.25, 0.25, description="占道"), tell(ground, 0.25, 1.25)
    tell(ground, 0.2, 0.2)
    opened = sign_in(visit, guarded_address, "wang", "/today")
    page = opened.page
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(f'[data-number="{mine.number}"]')).to_contain_text("占道")
    assert foreign.number not in page.inner_text("body")
    counted = page.request.get(f"{guarded_address}/v1/cases?open=true&counted=true&limit=1").json()
    expect(page.locator("#sums")).to_contain_text(f"在办 {counted['total']} 件")
    assert counted["total"] == len(numbers(page))
    assert "null" not in page.inner_text("#cases")
    expect(own_link(page, mine.number)).to_have_attribute("href", f"/cases/{mine.number}")
    own = page.locator(f'[data-number="{mine.number}"]')
    own.get_by_role("button", name="受理").first.click()
    expect(own).to_contain_text("已受理")
    assert read(ground, mine.number).stage == "accepted"
    opened.assert_accessible()
    opened.assert_fits()
    own.locator("summary").click()
    own.get_by_role("button", name="不予受理").click()
    page.get_by_label("为什么").fill("不是问题")
    page.locator("#dialog").get_by_role("button", name="不予受理").click()
    expect(own).to_have_count(0)
    assert read(ground, mine.number).stage == "refused"
    # Whistling is not a member's to do, and no door leads to pages that would refuse them.
    assert page.locator(".doors a[href='/dashboard']").count() == 0
    opened.assert_quiet()


def test_what_somebody_else_has_done_meanwhile_is_read_again(
    ground: Engine, open_address: str, visit: Opener
) -> None:
    case = tell(ground)
    page = ready(visit, f"{open_address}/today", **PHONE).page
    own = page.locator(f'[data-number="{case.number}"]')
    act(ground, case.number, "accept")
    own.get_by_role("button", name="受理").first.click()
    expect(page.locator("#said.bad")).to_contain_text("别人先改了这个案件")
    expect(own).to_contain_text("已受理")
    expect(own.locator(".steps button").first).to_contain_text("开始处理")
    own.get_by_role("button", name="当场办结").click()
    assert read(ground, case.number).stage == "accepted"
    page.locator("#dialog").get_by_role("button", name="当场办结").click()
    expect(own).to_have_count(0)
    assert read(ground, case.number).stage == "closed"


def test_what_is_late_comes_first_and_near_me_sorts_by_distance(
    ground: Engine, open_address: str, visit: Opener
) -> None:
    far = tell(ground, 1.9, 0.9, category="repair")
    late = tell(ground, 1.5, 0.5)
    let_expire(ground, late.number, days=90)
    near = tell(ground, 1.85, 0.85, category="repair")
    opened = ready(visit, f"{open_address}/today", **PHONE)
    page = opened.page
    assert numbers(page)[0] == late.number
    expect(page.locator(f'[data-number="{late.number}"]')).to_contain_text("超期")
    expect(page.locator("#sums")).not_to_contain_text("超期 0 件")
    locate(page, 1.86, 0.86)
    page.get_by_label("先看").select_option("near")
    expect(page.locator("#cases .case").first).to_have_attribute("data-number", near.number)
    assert [one for one in numbers(page) if one in {near.number, far.number, late.number}] == [
        near.number,
        far.number,
        late.number,
    ]
    opened.assert_quiet()


def test_a_problem_is_solved_on_the_spot_with_a_picture(
    ground: Engine, open_address: str, visit: Opener
) -> None:
    shot = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(shot, "PNG")
    opened = ready(visit, f"{open_address}/today", **PHONE)
    page = opened.page
    locate(page, 0.75, 0.25)
    page.locator("#new").click()
    tap(page, "消防隐患", "堵塞消防通道")
    page.locator("#report-dialog").get_by_role("button", name="我的位置").click()
    expect(page.locator("#where")).to_contain_text("位置标好了")
    page.get_by_label("说明").fill("车挪走了")
    page.get_by_label("照片").set_input_files(
        {"name": "after.png", "mimeType": "image/png", "buffer": shot.getvalue()}
    )
    page.get_by_label("已当场解决").check()
    opened.assert_accessible()
    opened.assert_fits()
    page.locator("#report-dialog").get_by_role("button", name="上报").click()
    expect(page.locator("#said")).to_contain_text("已结案")
    with ground.connect() as connection:
        wanted = cases.CaseFilter(words="车挪走了")
        (case,) = cases.listing(connection, wanted).cases
        (picture,) = evidence.evidence_of(connection, case.number)
    assert (case.stage, case.source, picture.stage) == ("closed", "patrol", "after")
    opened.assert_quiet()


def test_a_picture_that_fails_does_not_tell_the_problem_twice(
    ground: Engine, open_address: str, visit: Opener
) -> None:
    page = ready(visit, f"{open_address}/today", **PHONE).page
    locate(page, 0.75, 0.25)
    page.locator("#new").click()
    tap(page, "消防隐患", "堵塞消防通道")
    page.locator("#report-dialog").get_by_role("button", name="我的位置").click()
    expect(page.locator("#where")).to_contain_text("位置标好了")
    page.get_by_label("说明").fill("一件事")
    broken = {"name": "a.png", "mimeType": "image/png", "buffer": b"no picture"}
    page.get_by_label("照片").set_input_files(broken)
    send = page.locator("#report-dialog").get_by_role("button", name="上报")
    send.click()
    expect(page.locator("#said.bad")).to_be_visible()
    expect(page.locator("#report-dialog")).to_be_visible()
    page.get_by_label("照片").set_input_files([])
    send.click()
    expect(page.locator("#report-dialog")).to_be_hidden()
    with ground.connect() as connection:
        assert len(cases.listing(connection, cases.CaseFilter(words="一件事")).cases) == 1
