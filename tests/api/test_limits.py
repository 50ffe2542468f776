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
    with TestClient(create_app(settings, engine=squares)) as client:
        answers = [client.get(address) for _ in range(20)]
    assert [one.status_code for one in answers[:2]] == [200, 200]
    refused = answers[-1]
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["x-content-type-options"] == "nosniff"


def scope(address: str) -> dict[str, object]:
    return {"type": "http", "client": (address, 1)}


def test_each_address_is_counted_for_itself_and_may_ask_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]
    monkeypatch.setattr("api.limits.monotonic", lambda: now[0])
    limiter = Limiter(10)
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
