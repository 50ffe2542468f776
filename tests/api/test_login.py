from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, func, select, update
from starlette.testclient import TestClient

from api.accounts.entry import safe_next
from api.app import create_app
from gisgrid.settings import Settings
from gisgrid.store import accounts
from gisgrid.store.engine import make_engine
from gisgrid.store.tables import login_attempt, login_session, one_time_link

from .signing import ACTOR, account_with, bearing, key_of

PASSWORD = "three plain words"
OTHER = "four other plain words"
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def base(clone: Callable[[str], str], district_template: str) -> Iterator[Engine]:
    """The small district; `ann` is an officer and `root` an administrator."""
    made = make_engine(clone(district_template))
    with made.begin() as connection:
        for name, role in (("ann", "officer"), ("root", "admin")):
            account_id = account_with(connection, role, whole=True, name=name)
            accounts.set_password(connection, account_id, PASSWORD, actor=ACTOR)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def app(base: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A running service that is no demo."""
    made = create_app(Settings(home=tmp_path_factory.mktemp("home")), engine=base, demo=False)
    with TestClient(made) as running:
        yield running


@pytest.fixture
def guest(app: TestClient, base: Engine) -> TestClient:
    """A browser without cookies; failed logins of before are forgotten."""
    with base.begin() as connection:
        connection.execute(delete(login_attempt))
    return TestClient(app.app, client=("127.0.0.1", 50_000), follow_redirects=False, headers=HTML)


def sign_in(guest: TestClient, name: str = "ann", password: str = PASSWORD, **more: str) -> int:
    form = {"name": name, "password": password, **more}
    return guest.post("/login", data=form).status_code


def csrf_of(guest: TestClient) -> str:
    found = re.search(r'name="csrf" value="([\w-]+)"', guest.get("/account").text)
    assert found is not None
    return found[1]


def holding(guest: TestClient, token: str) -> TestClient:
    """A browser in which a session's cookie was put by hand."""
    return TestClient(guest.app, cookies={"gisgrid": token}, follow_redirects=False)


def test_a_page_leads_to_the_form_and_the_form_back(guest: TestClient) -> None:
    asked = guest.get("/patrols?x=1")
    assert asked.status_code == 303
    assert asked.headers["location"] == "/login?next=%2Fpatrols%3Fx%3D1"
    form = guest.get(asked.headers["location"])
    assert form.status_code == 200 and 'value="/patrols?x=1"' in form.text
    entered = guest.post(
        "/login", data={"name": "Ann ", "password": PASSWORD, "next": "/patrols?x=1"}
    )
    assert (entered.status_code, entered.headers["location"]) == (303, "/patrols?x=1")
    assert guest.get("/patrols?x=1").status_code == 200
    assert guest.get("/login?next=/patrols").headers["location"] == "/patrols"


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example/",
        "/\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/\tx",
        "/a\r\nSet-Cookie: a=b",
        "",
        "/ x",
    ],
)
def test_nobody_is_led_elsewhere_after_signing_in(guest: TestClient, wanted: str) -> None:
    assert safe_next(wanted) == "/"
    answer = guest.post("/login", data={"name": "ann", "password": PASSWORD, "next": wanted})
    assert answer.headers["location"] == "/"
    assert "a=b" not in str(answer.headers)


def test_data_is_refused_and_not_redirected(guest: TestClient) -> None:
    for path in ("/v1/grids", "/metrics", "/ogc/collections"):
        assert guest.get(path).status_code == 401
    assert guest.post("/patrols").status_code in (401, 405)


def test_the_cookie_is_for_the_server_alone(base: Engine, settings: Settings) -> None:
    for url, name, secure in (("", "gisgrid", False), ("https://x.cn", "__Host-gisgrid", True)):
        own = settings.model_copy(update={"public_url": url})
        app = create_app(own, engine=base, demo=False)
        with TestClient(app, base_url="https://x.cn", follow_redirects=False) as client:
            answer = client.post("/login", data={"name": "ann", "password": PASSWORD})
            cookie = answer.headers["set-cookie"]
            assert cookie.startswith(f"{name}=")
            said = {part.strip().lower() for part in cookie.split(";")[1:]}
            assert said == {"httponly", "path=/", "samesite=lax", *(["secure"] * secure)}
            page = client.get("/account")
            assert page.status_code == 200
            assert ("strict-transport-security" in page.headers) == secure


def test_a_session_is_new_at_every_login_and_gone_after_logout(guest: TestClient) -> None:
    planted = "a-token-that-somebody-planted-here-before-it-x"
    assert sign_in(holding(guest, planted)) == 303
    sign_in(guest)
    first = guest.cookies["gisgrid"]
    assert sign_in(guest, csrf=csrf_of(guest)) == 303
    second = guest.cookies["gisgrid"]
    # The one of before has ended with the new one.
    answers = [holding(guest, token).get("/v1/me") for token in (planted, first, second)]
    assert [one.status_code for one in answers] == [401, 401, 200]
    assert guest.post("/logout", data={"csrf": csrf_of(guest)}).status_code == 303
    assert "gisgrid" not in guest.cookies
    assert holding(guest, second).get("/v1/me").status_code == 401


@pytest.mark.parametrize(
    ("name", "password"),
    [("ann", "wrong wrong wrong"), ("nobody", PASSWORD), ("", ""), ("é\0", "\0")],
)
def test_what_is_wrong_is_not_said(guest: TestClient, name: str, password: str) -> None:
    answer = guest.post("/login", data={"name": name, "password": password})
    assert answer.status_code == 401
    assert "用户名或密码不对" in answer.text
    assert "set-cookie" not in answer.headers


def test_a_disabled_account_does_not_come_in(guest: TestClient, base: Engine) -> None:
    with base.begin() as connection:
        account_id = account_with(connection, "officer", whole=True, name="gone")
        accounts.set_password(connection, account_id, PASSWORD, actor=ACTOR)
    assert sign_in(guest, "gone") == 303
    with base.begin() as connection:
        accounts.disable(connection, account_id, actor=ACTOR)
    assert (
        TestClient(guest.app)
        .post("/login", data={"name": "gone", "password": PASSWORD})
        .status_code
        == 401
    )


def test_failed_logins_wait_longer_and_longer_and_not_for_ever(
    guest: TestClient, base: Engine
) -> None:
    answers = [sign_in(guest, password="wrong wrong wrong") for _ in range(8)]
    assert answers[:5] == [401] * 5 and answers[-1] == 429
    # Even the right one waits now; somebody at another address does not.
    assert sign_in(guest) == 429
    elsewhere = TestClient(guest.app, client=("10.1.2.3", 5), follow_redirects=False)
    assert sign_in(elsewhere) == 303
    with base.begin() as connection:
        aged = func.now() - timedelta(seconds=301)
        connection.execute(update(login_attempt).values(last_at=aged))
    assert sign_in(guest) == 303
    assert sign_in(TestClient(guest.app, client=("127.0.0.1", 1)), password="x") == 401


def test_one_who_fails_from_many_addresses_of_one_network_waits_too(guest: TestClient) -> None:
    def fail(address: str) -> int:
        return sign_in(TestClient(guest.app, client=(address, 1)), "ann", "wrong")

    answers = {fail(f"2001:db8::{number + 1}") for number in range(8)}
    assert answers == {401, 429}
    assert fail("2001:db8:0:1::1") == 401


def test_a_change_by_a_session_needs_its_own_token(guest: TestClient, base: Engine) -> None:
    sign_in(guest, "root")
    body = {"name": "new-one"}
    mine = csrf_of(guest)
    other = TestClient(guest.app, client=("127.0.0.1", 1), follow_redirects=False)
    sign_in(other, "root")
    for token in ("", "x", csrf_of(other)):
        refused = guest.post("/v1/accounts", json=body, headers={"X-CSRF-Token": token})
        assert refused.status_code == 403, token
    crossing = {"X-CSRF-Token": mine, "Sec-Fetch-Site": "cross-site"}
    assert guest.post("/v1/accounts", json=body, headers=crossing).status_code == 403
    assert guest.post("/v1/accounts", json=body, headers={"X-CSRF-Token": mine}).is_success
    # A key is sent by nobody's browser on its own.
    with base.begin() as connection:
        root = accounts.by_name(connection, "root")
        key = key_of(connection, root.id)
    program = TestClient(guest.app, headers=bearing(key.token))
    assert program.post("/v1/accounts", json={"name": "by-key"}).status_code == 201


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://elsewhere.example", 403),
        ("http://testserver.elsewhere.example", 403),
        ("http://testserver", 303),
        ("null", 303),
    ],
)
def test_an_old_browser_says_at_least_where_its_page_is_from(
    guest: TestClient, origin: str, status: int
) -> None:
    form = {"name": "ann", "password": PASSWORD}
    assert guest.post("/login", data=form, headers={"Origin": origin}).status_code == status


def test_another_sites_form_does_not_sign_anybody_in(guest: TestClient) -> None:
    form = {"name": "ann", "password": PASSWORD}
    answer = guest.post("/login", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403 and "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "values",
    [
        {"expires_at": func.now()},
        {"seen_at": func.now() - timedelta(minutes=31)},
        {"ended_at": func.now()},
    ],
)
def test_a_session_that_is_over_does_not_come_in(
    guest: TestClient, base: Engine, values: dict[str, object]
) -> None:
    sign_in(guest)
    with base.begin() as connection:
        newest = select(func.max(login_session.c.id)).scalar_subquery()
        row = update(login_session).where(login_session.c.id == newest)
        connection.execute(row.values(values))
    assert guest.get("/v1/me").status_code == 401


def test_a_session_in_use_goes_on(guest: TestClient, base: Engine) -> None:
    sign_in(guest)
    with base.begin() as connection:
        newest = connection.scalar(select(func.max(login_session.c.id)))
        row = update(login_session).where(login_session.c.id == newest)
        connection.execute(row.values(seen_at=func.now() - timedelta(minutes=29)))
    assert guest.get("/v1/me").status_code == 200
    with base.connect() as connection:
        age = select(func.now() - login_session.c.seen_at).where(login_session.c.id == newest)
        found: Any = connection.execute(age).scalar_one()
        assert found < timedelta(minutes=1)


def test_the_password_is_changed_by_whoever_knows_it(guest: TestClient, base: Engine) -> None:
    with base.begin() as connection:
        account_id = account_with(connection, "client", whole=True, name="changer")
        accounts.set_password(connection, account_id, PASSWORD, actor=ACTOR)
    sign_in(guest, "changer")
    other = TestClient(guest.app, client=("127.0.0.1", 1), follow_redirects=False)
    sign_in(other, "changer")
    csrf = csrf_of(guest)

    def change(current: str, password: str, again: str) -> int:
        form = {"csrf": csrf, "current": current, "password": password, "again": again}
        return guest.post("/account/password", data=form).status_code

    assert change("wrong wrong wrong", OTHER, OTHER) == 401
    assert change(PASSWORD, OTHER, OTHER + "x") == 422
    assert change(PASSWORD, "changer12345", "changer12345") == 422
    assert change(PASSWORD, OTHER, OTHER) == 303
    # Here the session goes on; elsewhere it has ended.
    assert guest.get("/v1/me").status_code == 200
    with base.connect() as connection:
        assert len(accounts.sessions_of(connection, account_id)) == 1
    assert sign_in(TestClient(guest.app, follow_redirects=False), "changer", OTHER) == 303


def test_keys_are_made_and_revoked_on_the_page(guest: TestClient) -> None:
    sign_in(guest)
    csrf = csrf_of(guest)
    form = {"csrf": csrf, "label": "<b>mine", "days": "7", "right": ["resolve", "administer"]}
    made = guest.post("/account/keys", data=form)
    assert made.status_code == 201 and "&lt;b&gt;mine" in made.text
    token = re.search(r"gg_[0-9a-f]{12}_[\w-]{43}", made.text)
    assert token is not None
    program = TestClient(guest.app, headers=bearing(token[0]))
    assert program.get("/v1/me").json()["rights"] == ["resolve"]
    page = guest.get("/account").text
    assert token[0] not in page
    again = guest.post("/account/keys", data=form)
    assert again.status_code == 409 and "gg_" not in again.text.partition("我的角色")[0]
    (number,) = (one["id"] for one in program.get("/v1/keys").json()["keys"])
    assert f'name="newest" value="{number}"' in page
    another = guest.post("/account/keys", data={**form, "newest": number})
    assert another.status_code == 201
    assert guest.post(f"/account/keys/{number}/revoke", data={"csrf": csrf}).status_code == 303
    none = guest.post("/account/keys", data={"csrf": csrf, "right": "administer"})
    assert none.status_code == 422 and "未能新建密钥" in none.text


def test_what_belongs_to_another_account_is_not_there(guest: TestClient, base: Engine) -> None:
    with base.begin() as connection:
        other = account_with(connection, "client", whole=True)
        key = key_of(connection, other)
        session = accounts.begin_session(connection, other, hours=1)
    sign_in(guest)
    csrf = csrf_of(guest)
    for path in (f"/account/keys/{key.id}/revoke", f"/account/sessions/{session.id}/end"):
        assert guest.post(path, data={"csrf": csrf}).status_code == 404
    header = {"X-CSRF-Token": csrf}
    assert guest.delete(f"/v1/keys/{key.id}", headers=header).status_code == 404


def test_the_first_link_makes_the_administrator_once(
    clone: Callable[[str], str], template: str, settings: Settings
) -> None:
    engine = make_engine(clone(template))
    with engine.begin() as connection:
        void = accounts.make_first_link(connection)
        token = accounts.make_first_link(connection)
    assert void is not None and token is not None
    app = create_app(settings, engine=engine, demo=False)
    form = {"token": token, "name": "chief.admin", "password": OTHER, "again": OTHER, "first": "1"}
    with TestClient(app, client=("127.0.0.1", 1), follow_redirects=False) as client:
        assert client.get(f"/login/link?token={void}").status_code == 404
        assert client.get(f"/login/link?token={token}").status_code == 200
        assert client.post("/login/link", data=form | {"again": "x"}).status_code == 422
        assert client.post("/login/link", data=form | {"token": void}).status_code == 404
        assert client.post("/login/link", data=form).headers["location"] == "/account"
        assert client.get("/v1/me").json()["whole"] == [
            "resolve",
            "see-people",
            "measure",
            "manage-people",
            "audit",
            "administer",
        ]
        again = TestClient(app).post("/login/link", data=form)
        assert again.status_code == 404
    with engine.begin() as connection:
        assert accounts.make_first_link(connection) is None
    engine.dispose()


def test_a_link_sets_the_password_of_its_account_for_a_quarter_of_an_hour(
    guest: TestClient, base: Engine
) -> None:
    with base.begin() as connection:
        account_id = account_with(connection, "client", whole=True, name="linked")
        link = accounts.make_link(connection, account_id, actor=ACTOR)
        stale = account_with(connection, "client", whole=True)
        old = accounts.make_link(connection, stale, actor=ACTOR)
        mine = one_time_link.c.account_id == stale
        connection.execute(update(one_time_link).where(mine).values(expires_at=func.now()))
    form = {"password": OTHER, "again": OTHER}
    sign_in(guest)
    before = guest.cookies["gisgrid"]
    form["csrf"] = csrf_of(guest)
    assert guest.post("/login/link", data=form | {"token": old}).status_code == 404
    assert guest.post("/login/link", data=form | {"token": link}).status_code == 303
    assert guest.get("/v1/me").json()["name"] == "linked"
    assert holding(guest, before).get("/v1/me").status_code == 401
    assert sign_in(TestClient(guest.app, follow_redirects=False), "linked", OTHER) == 303


def test_a_planted_body_of_any_size_is_bounded(guest: TestClient) -> None:
    sign_in(guest)
    form = {"csrf": csrf_of(guest), "label": "x" * 20_000, "right": "resolve"}
    assert guest.post("/account/keys", data=form).status_code == 403
    assert guest.post("/login", data={"name": "x" * 3_000_000}).status_code == 413


def test_in_the_demo_a_form_of_a_sandboxed_page_changes_nothing(
    base: Engine, settings: Settings
) -> None:
    demo = create_app(settings, engine=base, demo=True)
    with TestClient(demo, client=("127.0.0.1", 50_000), base_url="http://127.0.0.1") as here:
        body = {"name": "a plan"}
        for headers in ({"Origin": "null"}, {"Origin": "http://127.0.0.1:9"}):
            assert here.post("/v1/plans", json=body, headers=headers).status_code == 403
        assert here.post("/v1/plans", json=body).status_code == 201
        own = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
        assert here.post("/v1/plans", json=body, headers=own).status_code == 201
