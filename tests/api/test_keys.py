from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from http.client import HTTPConnection, IncompleteRead
from itertools import product

import pytest
from sqlalchemy import Connection, Engine, func, text, update
from starlette.testclient import TestClient

from api.app import create_app
from gisgrid.access import Right
from gisgrid.settings import Settings
from gisgrid.store import accounts
from gisgrid.store.engine import make_engine
from gisgrid.store.tables import account, account_role, api_key

from .conftest import serving
from .signing import ACTOR, account_with, bearing, key_of, signed_in

POINT = "/v1/resolve?lon=121.2&lat=31.3"
BEHIND = "/v1/resolve?lat=31.3&lon=121.2"

_End = Callable[[Connection, int, int], None]


@pytest.fixture(scope="module")
def base(clone: Callable[[str], str], district_template: str) -> Iterator[Engine]:
    """The small district with many accounts."""
    made = make_engine(clone(district_template))
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def outside(base: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of a service that is no demo."""
    app = create_app(Settings(home=tmp_path_factory.mktemp("home")), engine=base, demo=False)
    with TestClient(app, client=("127.0.0.1", 50_000)) as made:
        yield made


def ended_within(seconds: float, ask: Callable[[], int]) -> bool:
    """Whether what was let in is refused in time, and for good."""
    deadline = time.monotonic() + seconds
    while ask() != 401:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return {ask() for _ in range(5)} == {401}


@pytest.mark.parametrize("path", [POINT, BEHIND, "/v1/grids", "/metrics"])
def test_without_a_key_nothing_is_answered(outside: TestClient, path: str) -> None:
    answer = outside.get(path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["type"] == "urn:gisgrid:problem:unauthenticated"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/docs", "/openapi.json", "/", "/ogc"])
def test_what_is_open_needs_none(outside: TestClient, path: str) -> None:
    assert outside.get(path).status_code == 200


@pytest.mark.parametrize("path", [POINT, BEHIND])
def test_a_key_lets_in_by_both_ways(outside: TestClient, base: Engine, path: str) -> None:
    headers = signed_in(None, base, "client", whole=True)
    # The first asks the record; those that follow are answered without it.
    assert {outside.get(path, headers=headers).status_code for _ in range(3)} == {200}


@pytest.mark.parametrize(
    "header",
    ["Bearer gg_000000000000_" + "A" * 43, "Bearer ", "Bearer x", "Basic dXNlcjpwYXNz", "é"],
)
@pytest.mark.parametrize("path", [POINT, "/healthz"])
def test_what_is_no_key_is_refused_even_where_none_is_needed(
    outside: TestClient, header: str, path: str
) -> None:
    headers = [(b"Authorization", header.encode("latin-1"))]
    assert outside.get(path, headers=headers).status_code == 401


def test_the_prefix_of_one_key_and_the_secret_of_another_do_not_fit(
    outside: TestClient, base: Engine
) -> None:
    with base.begin() as connection:
        account_id = account_with(connection, "client", whole=True)
        one, other = (key_of(connection, account_id) for _ in range(2))
    mixed = one.token[: len("gg_") + 12] + other.token[len("gg_") + 12 :]
    assert outside.get(POINT, headers=bearing(mixed)).status_code == 401


def test_an_expired_key_is_refused_even_while_it_is_remembered(
    outside: TestClient, base: Engine
) -> None:
    with base.begin() as connection:
        account_id = account_with(connection, "client", whole=True)
        key = key_of(connection, account_id, lasts=timedelta(seconds=0.6))
    headers = bearing(key.token)
    assert outside.get(POINT, headers=headers).status_code == 200
    assert ended_within(1.0, lambda: outside.get(POINT, headers=headers).status_code)


def end_key(connection: Connection, account_id: int, key_id: int) -> None:
    accounts.revoke_key(connection, key_id, actor=ACTOR)


def end_account(connection: Connection, account_id: int, key_id: int) -> None:
    accounts.disable(connection, account_id, actor=ACTOR)


def end_by_date(connection: Connection, account_id: int, key_id: int) -> None:
    query = update(api_key).where(api_key.c.id == key_id)
    connection.execute(query.values(expires_at=func.now()))


_ENDS: tuple[_End, ...] = (end_key, end_account, end_by_date)


def test_what_ends_a_key_ends_it_within_two_seconds(outside: TestClient, base: Engine) -> None:
    asked: list[tuple[str, dict[str, str]]] = []
    ending: list[tuple[_End, int, int]] = []
    with base.begin() as connection:
        for end, path in product(_ENDS, (POINT, BEHIND)):
            account_id = account_with(connection, "client", whole=True)
            key = key_of(connection, account_id)
            asked.append((path, bearing(key.token)))
            ending.append((end, account_id, key.id))
    assert {outside.get(path, headers=headers).status_code for path, headers in asked} == {200}
    with base.begin() as connection:
        for end, account_id, key_id in ending:
            end(connection, account_id, key_id)
    deadline = time.monotonic() + 2.0
    while time.monotonic() < deadline:
        answers = {outside.get(path, headers=headers).status_code for path, headers in asked}
    assert answers == {401}


def test_a_role_that_was_withdrawn_gives_no_right_within_two_seconds(
    outside: TestClient, base: Engine
) -> None:
    headers = signed_in(None, base, "client", whole=True)
    assert outside.get(POINT, headers=headers).status_code == 200
    with base.begin() as connection:
        newest = accounts.roles_of(connection)[-1]
        accounts.withdraw(connection, newest.account_id, newest.id, actor=ACTOR)
    deadline = time.monotonic() + 2.0
    while outside.get(POINT, headers=headers).status_code != 403:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_role_holds_in_its_period_only(base: Engine) -> None:
    with base.begin() as connection:
        account_id = account_with(connection, "client", whole=True)
        for values in (
            {"valid_from": text("now() + interval '1 hour'")},
            {"valid_from": text("now() - interval '2 hours'"), "valid_to": text("now()")},
        ):
            mine = account_role.c.account_id == account_id
            connection.execute(update(account_role).where(mine).values(values))
            viewer = accounts.viewer_of_account(connection, account_id)
            assert viewer is not None and viewer.grants == ()


def test_a_key_may_do_no_more_than_it_was_made_for(outside: TestClient, base: Engine) -> None:
    with base.begin() as connection:
        account_id = account_with(connection, "officer", whole=True)
        key = key_of(connection, account_id, rights=[Right.RESOLVE])
    assert outside.get(POINT, headers=bearing(key.token)).status_code == 200
    refused = outside.get("/v1/hazards", headers=bearing(key.token))
    assert refused.status_code == 403
    assert "see-places" in refused.json()["detail"]


def test_a_key_may_do_no_more_than_its_account(outside: TestClient, base: Engine) -> None:
    headers = signed_in(None, base, "client", whole=True)
    assert outside.get("/v1/hazards", headers=headers).status_code == 403


def test_a_key_has_a_limit_of_its_own(outside: TestClient, base: Engine) -> None:
    with base.begin() as connection:
        account_id = account_with(connection, "client", whole=True)
        slow, fast = (key_of(connection, account_id, per_second=many) for many in (2, 0))
    answers = [outside.get(POINT, headers=bearing(slow.token)).status_code for _ in range(12)]
    assert answers[0] == 200 and 429 in answers
    assert outside.get(POINT, headers=bearing(fast.token)).status_code == 200


def test_nobody_comes_in_while_the_database_is_away(
    base: Engine, settings: Settings, admin: Engine
) -> None:
    headers = signed_in(None, base, "client", whole=True)
    name = base.url.database
    with TestClient(create_app(settings, engine=base, demo=False)) as client:
        assert client.get(POINT, headers=headers).status_code == 200
        with admin.connect() as connection:
            connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
            try:
                ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :n"
                connection.execute(text(ended), {"n": name})
                deadline = time.monotonic() + 2.0
                while client.get(POINT, headers=headers).status_code != 503:
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
            finally:
                connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))


def end_role(connection: Connection, account_id: int, key_id: int) -> None:
    (role,) = accounts.roles_of(connection, account_id)
    accounts.withdraw(connection, account_id, role.id, actor=ACTOR)


@pytest.mark.parametrize("end", [end_key, end_role])
def test_streams_end_within_two_seconds_of_their_key_or_right(
    base: Engine, settings: Settings, end: _End
) -> None:
    with base.begin() as connection:
        account_id = account_with(connection, "client", whole=True)
        key = key_of(connection, account_id)
    with serving(create_app(settings, engine=base, demo=False)) as address:
        opened = closing(HTTPConnection(address.removeprefix("http://"), timeout=10))
        with opened as connected:
            connected.request("GET", "/v1/changes/stream", headers=bearing(key.token))
            answer = connected.getresponse()
            assert answer.readline()
            with base.begin() as connection:
                end(connection, account_id, key.id)
            began = time.monotonic()
            answer.read()
            assert time.monotonic() - began < 2.0


def test_an_answer_on_its_way_is_cut_off_with_its_key(base: Engine, settings: Settings) -> None:
    with base.begin() as connection:
        account_id = account_with(connection, "client", whole=True)
        key = key_of(connection, account_id)
    points = json.dumps({"points": [[121.2, 31.3]] * 300_000})
    headers = bearing(key.token) | {"Content-Type": "application/json"}
    with serving(create_app(settings, engine=base, demo=False)) as address:
        opened = closing(HTTPConnection(address.removeprefix("http://"), timeout=30))
        with opened as connected:
            connected.request("POST", "/v1/resolve/batch", body=points, headers=headers)
            answer = connected.getresponse()
            assert answer.status == 200 and answer.read(1000)
            with base.begin() as connection:
                accounts.revoke_key(connection, key.id, actor=ACTOR)
            time.sleep(1.6)
            with pytest.raises((IncompleteRead, ConnectionError)):
                answer.read()


def test_no_secret_is_in_the_record(base: Engine) -> None:
    with base.begin() as connection:
        account_id = account_with(connection, "client", whole=True)
        key = key_of(connection, account_id)
        accounts.set_password(connection, account_id, "a long enough secret", actor=ACTOR)
        session = accounts.begin_session(connection, account_id, hours=1)
        link = accounts.make_link(connection, account_id, actor=ACTOR)
        rows = "".join(
            str(connection.execute(text(f"SELECT t::text FROM gisgrid.{name} t")).scalars().all())
            for name in ("account", "api_key", "login_session", "one_time_link")
        )
        for secret in (key.token[16:], session.token, link, "a long enough secret"):
            assert secret not in rows
            assert secret.encode().hex() not in rows
        kept = connection.execute(account.select().where(account.c.id == account_id)).one()
        assert kept.password_hash.startswith("$argon2id$")
