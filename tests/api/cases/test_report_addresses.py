"""Where residents report by an address: they are told of none that they do not know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, delete, func, insert, select
from starlette.testclient import TestClient

from api.app import create_app
from gisgrid.settings import Settings
from gisgrid.store.tables import address, report_tally
from tests.api.planting import at
from tests.api.signing import signed_in

MOST = 4
KNOWN = "上海市嘉定区马陆镇白银路1号"


@pytest.fixture(scope="module")
def guarded(
    ground: Engine, served: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """A stranger's client of a district with a few addresses of one road."""
    with ground.begin() as connection:
        for number in range(1, 5):
            text = KNOWN.replace("1号", f"{number}号")
            point = at(0.2 + number / 50, 0.3)
            connection.execute(insert(address).values(source_id=text, point=point, text=text))
    settings = Settings(home=tmp_path_factory.mktemp("home"), reports_per_day=MOST)
    with TestClient(create_app(settings, engine=served), client=("203.0.113.7", 50_000)) as made:
        yield made


@pytest.fixture(autouse=True)
def fresh(ground: Engine) -> None:
    """Nobody has reported today."""
    with ground.begin() as connection:
        connection.execute(delete(report_tally))


def counted(ground: Engine) -> int:
    with ground.connect() as connection:
        return connection.scalar(select(func.coalesce(func.sum(report_tally.c.reports), 0))) or 0


def send(client: TestClient, text: str, key: str | None = None, **more: Any) -> Any:
    body = {"category": "littering", "address": text, **more}
    return client.post(
        "/v1/reports", json=body, headers={} if key is None else {"Idempotency-Key": key}
    )


def test_an_address_that_is_not_certain_names_no_others(guarded: TestClient) -> None:
    refused = send(guarded, KNOWN.removesuffix("1号"))
    assert refused.status_code == 422
    assert "the address" in refused.json()["detail"]
    assert "白银路" not in refused.text and "perhaps" not in refused.text


def test_a_category_that_is_none_is_refused_before_an_address_is_looked_up(
    guarded: TestClient, ground: Engine
) -> None:
    found, lost = (send(guarded, one, category="nope") for one in (KNOWN, "天边"))
    assert found.status_code == lost.status_code == 404
    assert found.json()["detail"] == lost.json()["detail"]
    assert counted(ground) == 0


def test_looking_for_addresses_counts_as_reporting(guarded: TestClient, ground: Engine) -> None:
    assert [send(guarded, "天边").status_code for _ in range(MOST - 1)] == [422] * (MOST - 1)
    assert counted(ground) == MOST - 1
    assert send(guarded, KNOWN).status_code == 201
    assert [send(guarded, one).status_code for one in (KNOWN, "天边")] == [429, 429]


def test_a_key_of_another_report_does_not_tell_which_address_is_found(
    guarded: TestClient, ground: Engine
) -> None:
    key = str(uuid4())
    assert send(guarded, KNOWN, key).status_code == 201
    found, lost = (send(guarded, one, key, description="x") for one in (KNOWN, "天边"))
    assert found.status_code == lost.status_code == 422
    assert found.json()["detail"] == lost.json()["detail"]
    assert send(guarded, KNOWN, key).status_code == 201


def test_the_staff_are_told_which_addresses_are_likely(guarded: TestClient, ground: Engine) -> None:
    member = signed_in(None, ground, "member", whole=True)
    body = {"category": "littering", "address": KNOWN.removesuffix("1号")}
    refused = guarded.post("/v1/cases", json=body, headers=member)
    assert refused.status_code == 422
    assert "perhaps" in refused.json()["detail"] and KNOWN in refused.json()["detail"]
