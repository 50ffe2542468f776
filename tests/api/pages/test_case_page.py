"""One case whole on its page: departments come and go, merging, deliberation, mediation."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine

from gisgrid.store import accounts, cases
from gisgrid.store.works import deliberations, evidence, mediations
from tests.api.browsing import Opener
from tests.api.planting import picture
from tests.api.signing import ACTOR, account_with
from tests.hostile import watch
from tests.payloads import ALL, PAYLOADS, seen

from .people import PASSWORD, PHONE, STAFF, act, at, ready, sign_in, tell


def answer(page: Page, title: str, **words: str) -> None:
    """Fill the dialog that is open and send it."""
    dialog = page.locator("#dialog")
    for name, value in words.items():
        field = dialog.locator(f"[name={name}]")
        if field.evaluate("(one) => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    dialog.get_by_role("button", name=title).click()
    expect(dialog).to_be_hidden()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def stored(engine: Engine, number: str) -> cases.Case:
    with engine.connect() as connection:
        return cases.get(connection, number)


def test_a_matter_is_deliberated_from_convening_to_its_outcome(
    ground: Engine, open_address: str, visit: Opener
) -> None:
    case = tell(ground, 0.4, 0.4, category="drying-on-greenery")
    opened = ready(visit, f"{open_address}/cases/{case.number}")
    page = opened.page
    press(page, "召集议事")
    opened.assert_accessible()
    page.locator("#dialog [name=subject]").fill("晾衣")
    page.locator("#dialog").get_by_role("button", name="召集议事").click()
    expect(page.locator("#said.bad")).to_contain_text("请至少请一个部门")
    answer(
        page, "召集议事", subject="晾衣去哪儿", departments="chengguan", roles="居民代表\n楼组长"
    )
    press(page, "记下发言")
    answer(page, "记下发言", kind="ruling", department="chengguan", words="占绿晾晒不合规定")
    press(page, "征询居民")
    answer(page, "征询居民", question="建晾晒区吗", households="120", options="建\n不建")
    press(page, "填票数")
    answer(page, "填票数", **{"option-0": "90", "option-1": "12"})
    press(page, "会开过了")
    answer(page, "会开过了")
    press(page, "定结果")
    answer(
        page, "定结果", outcome="建公共晾晒区", kind="drying-area", name="东门晾晒区", days="180"
    )
    expect(page.locator(".matter .outcome")).to_contain_text("建公共晾晒区")
    expect(page.locator(".votes li").first).to_contain_text("90")
    with ground.connect() as connection:
        (made,) = deliberations.deliberations_of(connection, case.number)
    assert (made.state, made.subject, made.outcome) == ("closed", "晾衣去哪儿", "建公共晾晒区")
    comers = [(one.department, one.role) for one in made.attendees]
    assert comers == [("chengguan", ""), ("", "居民代表"), ("", "楼组长")]
    assert [(one.kind, one.department) for one in made.entries] == [("ruling", "chengguan")]
    assert made.poll is not None
    assert [(one.words, one.votes) for one in made.poll.options] == [("建", 90), ("不建", 12)]
    page.get_by_role("link", name="由此建的设施").click()
    expect(page.locator(".facility.chosen")).to_contain_text("东门晾晒区")
    opened.assert_quiet()


def test_three_offices_mediate_and_the_agreement_stays_with_them(
    ground: Engine, open_address: str, visit: Opener
) -> None:
    case = tell(ground, 0.45, 0.45, category="dispute")
    opened = ready(visit, f"{open_address}/cases/{case.number}", **PHONE)
    opened.assert_accessible()
    opened.assert_fits()
    page = opened.page
    press(page, "启动调解")
    offices = {"police_station": "甲派出所", "justice_office": "甲司法所", "law_firm": "甲律所"}
    answer(page, "启动调解", **offices)
    press(page, "记一次调解")
    answer(page, "记一次调解", place="居委会", note="双方各让一步")
    press(page, "结束调解")
    paper: Any = {"name": "协议.pdf", "mimeType": "application/pdf", "buffer": b"paper"}
    page.locator("#dialog [name=file]").set_input_files(paper)
    digest = hashlib.sha256(b"paper").hexdigest()
    expect(page.locator("[name=agreement_sha256]")).to_have_value(digest)
    answer(page, "结束调解", outcome="agreed")
    expect(page.locator("#works")).to_contain_text("达成协议")
    with ground.connect() as connection:
        (made,) = mediations.mediations_of(connection, case.number)
    assert (made.state, made.agreement_sha256) == ("agreed", digest)
    assert [(one.place, one.note) for one in made.sessions] == [("居委会", "双方各让一步")]
    opened.assert_quiet()


def test_a_picture_is_added_shown_and_erased(
    ground: Engine, open_address: str, visit: Opener
) -> None:
    case = tell(ground, 1.6, 1.6, category="littering")
    opened = ready(visit, f"{open_address}/cases/{case.number}", **PHONE)
    page = opened.page
    shot: Any = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture(90)}
    page.get_by_label("加照片").set_input_files(shot)
    shown = page.get_by_role("img", name="整治前")
    shown.scroll_into_view_if_needed()
    expect(shown).to_have_js_property("naturalWidth", 8)
    opened.assert_accessible()
    opened.assert_fits()
    press(page, "删除…")
    answer(page, "删除照片")
    expect(shown).to_have_count(0)
    expect(page.get_by_text("已删除")).to_be_visible()
    with ground.connect() as connection:
        (erased,) = evidence.evidence_of(connection, case.number)
    assert erased.erased_at is not None
    opened.assert_quiet()


def test_departments_join_and_leave_and_any_case_can_be_merged_into(
    ground: Engine, open_address: str, visit: Opener
) -> None:
    case = tell(ground, 0.35, 1.4, category="repair")
    far = tell(ground, 1.4, 1.4, category="littering")
    act(ground, case.number, "accept")
    with ground.begin() as connection:
        cases.call(connection, case.number, ["justice"], actor=STAFF, lead="justice")
    opened = ready(visit, f"{open_address}/cases/{case.number}")
    page = opened.page
    press(page, "入群")
    answer(page, "入群", department="housing")
    housing = page.locator(".calls li", has_text="房办")
    expect(housing).to_be_visible()
    leader = page.locator(".calls li", has_text="司法")
    expect(leader.get_by_role("button", name="退群")).to_have_count(0)
    housing.get_by_role("button", name="退群").click()
    answer(page, "退群", reason="不是房子的事")
    expect(housing).to_contain_text("已退群")
    with ground.connect() as connection:
        found = {one.department: one for one in cases.calls_of(connection, [case.id])[case.id]}
    assert found["housing"].left_at is not None
    assert found["justice"].left_at is None
    press(page, "并到别的案件")
    answer(page, "并案", number=far.number)
    expect(page.locator("#parts").get_by_role("link", name=far.number)).to_be_visible()
    assert stored(ground, case.number).merged_into == far.id
    opened.assert_quiet()


def test_a_wrong_place_is_corrected_by_a_tap_on_the_map(
    ground: Engine, open_address: str, visit: Opener
) -> None:
    case = tell(ground, 0.65, 1.6, category="repair", place="错的路口")
    opened = ready(visit, f"{open_address}/cases/{case.number}")
    page = opened.page
    corrected = page.get_by_role("button", name="更正到标出的位置")
    expect(corrected).to_be_hidden()
    page.locator("#map").click(position={"x": 200, "y": 100})
    expect(page.locator(".place-mark.wanted")).to_be_visible()
    corrected.click()
    expect(page.locator("#dialog [name=place]")).to_have_value("错的路口")
    answer(page, "更正位置", place="对的路口", reason="报错了地方")
    event = page.locator(".events li").first
    expect(event).to_contain_text("更正位置")
    expect(event).to_contain_text(
        re.compile(rf"原位置 {case.lon:.5f}, {case.lat:.5f} → 新位置 .*相距 \d+ 米")
    )
    moved = stored(ground, case.number)
    assert (moved.lon, moved.lat) != (case.lon, case.lat)
    assert moved.place == "对的路口"
    page.get_by_role("button", name="按地址更正位置").click()
    answer(page, "更正位置", address="白银路1号", reason="就是这里")
    expect(page.locator("#said")).to_contain_text("位置改好了")
    assert stored(ground, case.number).lon == at(0.25, 0.25)["lon"]
    # What ends a case at once is asked about; then its map takes no more taps.
    press(page, "当场办结")
    assert stored(ground, case.number).stage == "reported"
    answer(page, "当场办结", reason="挪走了")
    expect(page.locator("#parts .chip").first).to_contain_text("已结案")
    page.locator("#map").click(position={"x": 200, "y": 100})
    expect(page.locator(".place-mark.wanted")).to_have_count(0)
    opened.assert_quiet()


def test_who_moves_a_case_out_of_sight_is_told_so_on_the_board(
    ground: Engine, guarded_address: str, visit: Opener
) -> None:
    with ground.begin() as connection:
        chief = account_with(connection, "chief", grids_=["101001"], name="qian")
        accounts.set_password(connection, chief, PASSWORD, actor=ACTOR)
    case = tell(ground, 0.75, 0.8, category="repair")
    page = sign_in(visit, guarded_address, "qian", f"/cases/{case.number}").page
    page.locator("#map").click(position={"x": 250, "y": 6})
    press(page, "更正到标出的位置")
    page.locator("#dialog [name=reason]").fill("在隔壁")
    page.locator("#dialog").get_by_role("button", name="更正位置").click()
    page.wait_for_url("**/board")
    expect(page.locator("#said")).to_contain_text(f"{case.number} 的位置改好了")


def test_what_the_server_refuses_stays_in_the_dialog(
    ground: Engine, open_address: str, visit: Opener
) -> None:
    case = tell(ground, 0.55, 1.45, category="repair")
    page = ready(visit, f"{open_address}/cases/{case.number}").page
    press(page, "并到别的案件")
    page.locator("#dialog [name=number]").fill("JD-none")
    page.locator("#dialog").get_by_role("button", name="并案").click()
    expect(page.locator("#said")).to_contain_text("JD-NONE")
    expect(page.locator("#dialog [name=number]")).to_have_value("JD-none")
    # Above the dialog, not under it.
    assert page.locator("#said").evaluate("(one) => one.matches(':popover-open')")
    assert stored(ground, case.number).merged_into is None
    # What somebody else has done meanwhile is read again, so that the next try holds.
    into = tell(ground, 1.45, 1.45, category="littering")
    act(ground, case.number, "accept")
    answer(page, "并案", number=into.number)
    expect(page.locator("#said.bad")).to_contain_text("别人先改了")
    expect(page.locator("#parts .chip").first).to_contain_text("已受理")
    assert stored(ground, case.number).merged_into is None
    press(page, "并到别的案件")
    answer(page, "并案", number=into.number.lower())
    assert stored(ground, case.number).merged_into == into.id


def test_a_case_that_is_not_there_is_not_told_apart(open_address: str, visit: Opener) -> None:
    opened = visit(f"{open_address}/cases/JD-none", **PHONE)
    page = opened.page
    expect(page.get_by_role("heading", name="没有找到")).to_be_visible()
    opened.assert_accessible()
    opened.assert_fits()
    for accept, kind in (("text/html", "text/html"), ("*/*", "application/problem+json")):
        reply = page.request.get(f"{open_address}/cases/JD-none", headers={"Accept": accept})
        assert reply.status == 404
        assert reply.headers["content-type"].startswith(kind)


def test_words_of_others_are_words(ground: Engine, open_address: str, chromium: Browser) -> None:
    case = tell(ground, 1.7, 0.3, category="dispute", description=ALL)
    with ground.begin() as connection:
        made = deliberations.convene(
            connection,
            case.number,
            subject=PAYLOADS[0],
            place=PAYLOADS[1],
            attendees=[deliberations.Attendee("", PAYLOADS[2])],
            actor=STAFF,
        )
        deliberations.say(
            connection, case.number, made.id, kind="opinion", words=ALL, department="", actor=STAFF
        )
        offices = {"police_station": PAYLOADS[3], "justice_office": "乙", "law_firm": "丙"}
        mediations.mediate(connection, case.number, **offices, actor=STAFF)
    with watch(chromium) as watched:
        watched.page.goto(f"{open_address}/cases/{case.number}")
        watched.page.wait_for_selector("body[data-ready=true]", state="attached")
        text = seen(watched.look())
        for words in (ALL, PAYLOADS[0], PAYLOADS[2], PAYLOADS[3]):
            assert seen(words) in text
        watched.require_harmless(open_address)
