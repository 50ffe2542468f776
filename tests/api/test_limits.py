from __future__ import annotations

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from api.limits import Limiter
from gisgrid.errors import TooManyRequests
from gisgrid.settings import Settings


@pytest.mark.parametrize("address", ["/v1/resolve?lon=1&lat=1", "/v1/resolve?lat=1&lon=1", "/"])
def test_who_asks_too_often_is_told_so(squares: Engine, settings: Settings, address: str) -> None:
    settings.request_limit = 1
    with TestClient(create_app(settings, engine=squares, demo=True)) as client:
        answers = [client.get(address) for _ in range(20)]
    assert [one.status_code for one in answers[:2]] == [200, 200]
    refused = answers[-1]
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["x-content-type-options"] == "nosniff"


def scope(address: str) -> dict[str, object]:
    return {"type": "http", "client": (address, 1), "path": "/"}


def test_each_address_is_counted_for_itself_and_may_ask_again() -> None:
    now = [0.0]
    limiter = Limiter(10, lambda: now[0])
    for _ in range(20):
        limiter.admit(scope("a"))
    with pytest.raises(TooManyRequests, match="10 requests"):
        limiter.admit(scope("a"))
    limiter.admit(scope("b"))
    now[0] = 0.5
    for _ in range(5):
        limiter.admit(scope("a"))
    with pytest.raises(TooManyRequests):
        limiter.admit(scope("a"))


@pytest.mark.parametrize("rate", [9, 11, 12, 15, 30, 100, 1000])
def test_who_asks_steadily_gets_as_much_as_the_limit(rate: int) -> None:
    now = [0.0]
    limiter = Limiter(10, lambda: now[0])
    admitted, seconds = 0, 60
    for number in range(rate * seconds):
        now[0] = number / rate
        try:
            limiter.admit(scope("a"))
        except TooManyRequests:
            continue
        admitted += 1
    # What was saved up before the first request comes on top.
    assert min(rate, 10) * seconds - 1 <= admitted <= min(rate * seconds, 10 * seconds + 20)


def test_what_watches_over_the_service_is_not_counted(squares: Engine, settings: Settings) -> None:
    settings.request_limit = 1
    with TestClient(create_app(settings, engine=squares, demo=True)) as client:
        for address in ("/healthz", "/readyz", "/metrics"):
            assert [client.get(address).status_code for _ in range(5)] == [200] * 5
        assert client.get("/docs").status_code == 200


@pytest.mark.parametrize("shown", ["Bearer gg_made_up", "Basic made-up"])
def test_keys_that_are_made_up_are_counted_everywhere(
    squares: Engine, settings: Settings, shown: str
) -> None:
    settings.request_limit = 1
    headers = {"Authorization": shown}
    with TestClient(create_app(settings, engine=squares, demo=True)) as client:
        for address in ("/healthz", "/readyz", "/metrics"):
            codes = [client.get(address, headers=headers).status_code for _ in range(9)]
            assert codes[-1] == 429, address
            assert client.get(address).status_code == 200


def test_the_description_names_the_refusal(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert {"429" in route["responses"] for one in paths.values() for route in one.values()} == {
        True
    }


def test_without_a_limit_nothing_is_remembered() -> None:
    limiter = Limiter(0)
    for _ in range(1000):
        limiter.admit(scope("a"))
    assert limiter._left == {}


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.limits._REMEMBERED", 3)
    limiter = Limiter(5)
    for number in range(50):
        limiter.admit(scope(str(number % 7)))
    assert len(limiter._left) <= 3


def test_a_network_of_ipv6_is_counted_as_one_and_an_address_of_ipv4_for_itself() -> None:
    limiter = Limiter(10, lambda: 0.0)
    for number in range(20):
        limiter.admit(scope(f"2001:db8:0:1::{number:x}"))
    with pytest.raises(TooManyRequests):
        limiter.admit(scope("2001:db8:0:1:ffff::1"))
    limiter.admit(scope("2001:db8:0:2::1"))
    for number in range(20):
        limiter.admit(scope("192.0.2.1" if number % 2 else "::ffff:192.0.2.1"))
    with pytest.raises(TooManyRequests):
        limiter.admit(scope("192.0.2.1"))
    limiter.admit(scope("192.0.2.2"))


@pytest.mark.parametrize("rate", [1, 3, 10])
def test_who_waits_as_long_as_was_said_gets_in(rate: int) -> None:
    now = [0.0]
    limiter = Limiter(rate, lambda: now[0])
    for ask in (lambda: limiter.admit(scope("a")), lambda: limiter.admit_key(7, rate)):
        for _ in range(2 * rate):
            ask()
        with pytest.raises(TooManyRequests) as refused:
            ask()
        before = refused.value.retry_after - 0.01
        now[0] += before
        with pytest.raises(TooManyRequests):
            ask()
        now[0] += 0.02
        ask()
