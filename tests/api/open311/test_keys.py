"""Outside the demo only the list of services answers without a key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from gisgrid.access import Right
from gisgrid.settings import Settings
from gisgrid.store.engine import make_engine, serve_from
from tests.api.signing import account_with, key_of, signed_in

from .test_requests import EXAMPLE

V2 = "/open311/v2"


@pytest.fixture(scope="module")
def ground(clone: Callable[[str], str], district_template: str) -> Iterator[Engine]:
    engine = make_engine(clone(district_template))
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def guarded(ground: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    served = serve_from(ground, pool_size=10)
    with TestClient(create_app(settings, engine=served)) as made:
        yield made
    served.dispose()


@pytest.fixture(scope="module")
def key(ground: Engine) -> str:
    """A key of an app that reports for residents, and may do nothing else."""
    with ground.begin() as connection:
        account_id = account_with(connection, "member", grids_=["101"])
        return key_of(connection, account_id, rights=[Right.REPORT, Right.RESOLVE]).token


def test_the_list_of_services_is_open(guarded: TestClient) -> None:
    for extension in ("json", "xml"):
        assert guarded.get(f"{V2}/services.{extension}").status_code == 200


@pytest.mark.parametrize("extension", ["json", "xml"])
@pytest.mark.parametrize(
    "path", ["services/littering", "requests", "requests/1", "tokens/1", "../discovery"]
)
@pytest.mark.parametrize("wrong", [None, "gg_wrong"])
def test_all_else_says_403_in_the_standards_form(
    guarded: TestClient, path: str, extension: str, wrong: str | None
) -> None:
    url = f"{V2}/{path}.{extension}".replace("/v2/..", "")
    answer = guarded.get(url, params={"api_key": wrong} if wrong else {})
    assert answer.status_code == 403
    assert "403" in answer.text
    assert ("<errors>" in answer.text) == (extension == "xml")
    assert answer.headers["content-type"].startswith(("text/xml", "application/json"))


def test_a_key_goes_in_the_form_the_address_or_the_header(guarded: TestClient, key: str) -> None:
    sent = {**EXAMPLE, "api_key": key}
    made = guarded.post(f"{V2}/requests.json", data=sent)
    assert made.status_code == 200, made.text
    number = made.json()[0]["service_request_id"]
    kind = {"Content-Type": "Application/X-WWW-Form-URLencoded"}
    again = guarded.post(f"{V2}/requests.json", content=urlencode(sent), headers=kind)
    assert again.status_code == 200, again.text
    parts = {name: (None, value) for name, value in sent.items()}
    assert guarded.post(f"{V2}/requests.json", files=parts).status_code == 403
    by_address = guarded.post(f"{V2}/requests.json", files=parts, params={"api_key": key})
    assert by_address.status_code == 200, by_address.text
    refused = guarded.post(f"{V2}/requests.json", data=EXAMPLE)
    assert (refused.status_code, refused.json()[0]["code"]) == (403, 403)
    url = f"{V2}/requests/{number}.json"
    assert guarded.get(url, params={"api_key": key}).status_code == 200
    assert guarded.get(url, headers={"Authorization": f"Bearer {key}"}).status_code == 200
    # What it is limited to: reporting opens no door of the staff.
    staff = guarded.get(f"/v1/cases/{number}", headers={"Authorization": f"Bearer {key}"})
    assert staff.status_code == 403


def test_a_key_shows_what_lies_in_its_scope(guarded: TestClient, ground: Engine, key: str) -> None:
    elsewhere = signed_in(None, ground, "member", grids=["102"])
    made = guarded.post(f"{V2}/requests.json", data=EXAMPLE, headers=elsewhere)
    number = made.json()[0]["service_request_id"]
    url = f"{V2}/requests/{number}.json"
    seen = guarded.get(url, headers={"Authorization": f"Bearer {key}"})
    hidden = guarded.get(url, headers=elsewhere)
    nothing = guarded.get(f"{V2}/requests/JD20200101-0000.json", headers=elsewhere)
    assert (seen.status_code, hidden.status_code) == (200, 404)
    assert hidden.text == nothing.text
    assert guarded.get(f"{V2}/requests.json", headers=elsewhere).json() == []


def test_a_client_that_only_looks_up_may_not_report(guarded: TestClient, ground: Engine) -> None:
    headers = signed_in(None, ground, "client", whole=True)
    assert guarded.post(f"{V2}/requests.json", data=EXAMPLE, headers=headers).status_code == 403
    assert guarded.get(f"{V2}/services/littering.json", headers=headers).status_code == 200


def test_a_tip_is_not_shown_even_to_those_who_may_see_it_elsewhere(
    guarded: TestClient, ground: Engine
) -> None:
    officer = signed_in(None, ground, "officer", whole=True)
    tip = {**EXAMPLE, "service_code": "security-tip"}
    made = guarded.post(f"{V2}/requests.json", data=tip, headers=officer)
    number = made.json()[0]["service_request_id"]
    case = guarded.get(f"/v1/cases/{number}", headers=officer)
    assert (case.status_code, case.json()["source"]) == (200, "tip")
    assert guarded.get(f"{V2}/requests/{number}.json", headers=officer).status_code == 404
    assert number not in guarded.get(f"{V2}/requests.json", headers=officer).text
