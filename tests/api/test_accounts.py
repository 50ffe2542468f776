from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.accounts.words import RIGHT_NAMES, ROLE_NAMES
from api.app import create_app
from gisgrid.access import ROLES, Right
from gisgrid.settings import Settings
from gisgrid.store import accounts, grids
from gisgrid.store.engine import make_engine

from .signing import ACTOR, account_with, bearing, key_of

LATER = "2099-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def base(clone: Callable[[str], str], district_template: str) -> Iterator[Engine]:
    made = make_engine(clone(district_template))
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def admin_client(base: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A program that administers the accounts of a service that is no demo."""
    app = create_app(Settings(home=tmp_path_factory.mktemp("home")), engine=base, demo=False)
    with base.begin() as connection:
        account_id = account_with(connection, "admin", whole=True, name="root")
        token = key_of(connection, account_id).token
    with TestClient(app, headers=bearing(token)) as made:
        yield made


def test_an_account_from_its_making_to_its_end(admin_client: TestClient) -> None:
    made = admin_client.post("/v1/accounts", json={"name": "Li.Na", "department": "sifa"})
    assert made.status_code == 201
    path = f"/v1/accounts/{made.json()['id']}"
    for place in ({"grid": "101001"}, {"police": "P1"}, {"whole": True, "until": LATER}):
        given = admin_client.post(f"{path}/roles", json={"role": "officer", **place})
        assert given.status_code == 201, given.text
    roles = given.json()["roles"]
    places = [(one["grid"], one["police"], one["whole"]) for one in roles]
    assert places == [("101001", None, False), (None, "P1", False), (None, None, True)]
    assert all(one["given_by"].startswith("account:") for one in roles)
    left = admin_client.delete(f"{path}/roles/{roles[2]['id']}").json()["roles"]
    assert [one["id"] for one in left] == [one["id"] for one in roles[:2]]

    key = admin_client.post(f"{path}/keys", json={"rights": ["resolve"], "expires_at": LATER})
    assert key.status_code == 201
    program = TestClient(admin_client.app, headers=bearing(key.json()["token"]))
    assert program.get("/v1/me").json()["name"] == "li.na"
    assert key.json()["token"] not in admin_client.get(f"{path}/keys").text
    assert admin_client.delete(f"{path}/keys/{key.json()['id']}").status_code == 204
    assert admin_client.delete(f"{path}/keys/{key.json()['id']}").status_code == 404

    assert admin_client.post(f"{path}/link").json()["path"].startswith("/login/link?token=")
    assert admin_client.post(f"{path}/disable").json()["disabled_at"]
    assert admin_client.post(f"{path}/link").status_code == 409
    assert admin_client.post(f"{path}/enable").json()["disabled_at"] is None
    names = [one["name"] for one in admin_client.get("/v1/accounts").json()["accounts"]]
    assert names == sorted(names) and "li.na" in names


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/accounts", {"name": "a b"}, 422),
        ("/v1/accounts", {"name": "root"}, 409),
        ("/v1/accounts", {"name": "ok", "admin": True}, 422),
        ("/v1/accounts", {"name": "ok", "department": "\0"}, 422),
        ("/v1/accounts/{own}/roles", {"role": "king", "whole": True}, 422),
        ("/v1/accounts/{own}/roles", {"role": "member"}, 422),
        ("/v1/accounts/{own}/roles", {"role": "member", "whole": True, "grid": "101"}, 422),
        ("/v1/accounts/{own}/roles", {"role": "member", "grid": "none"}, 404),
        ("/v1/accounts/{own}/roles", {"role": "member", "police": "101"}, 422),
        ("/v1/accounts/{own}/roles", {"role": "member", "whole": True, "until": "2099-01-01"}, 422),
        ("/v1/accounts/999999/roles", {"role": "member", "whole": True}, 404),
        ("/v1/accounts/{own}/keys", {"rights": [], "expires_at": LATER}, 422),
        ("/v1/accounts/{own}/keys", {"rights": ["fly"], "expires_at": LATER}, 422),
        (
            "/v1/accounts/{own}/keys",
            {"rights": ["plan"], "expires_at": "2020-01-01T00:00Z"},
            422,
        ),
        ("/v1/accounts/{own}/keys", {"rights": ["plan"], "expires_at": "2099-01-01T00:00:00"}, 422),
        ("/v1/accounts/999999/keys", {"rights": ["plan"], "expires_at": LATER}, 404),
    ],
)
def test_what_cannot_be_done_is_said(
    admin_client: TestClient, base: Engine, path: str, body: dict[str, object], status: int
) -> None:
    with base.connect() as connection:
        own = accounts.by_name(connection, "root").id
    answer = admin_client.post(path.format(own=own), json=body)
    assert answer.status_code == status, answer.text


def test_who_administers_a_part_gives_nobody_anything(
    admin_client: TestClient, base: Engine
) -> None:
    with base.begin() as connection:
        account_id = account_with(connection, "admin", grids_=["101"])
        part = bearing(key_of(connection, account_id).token)
        ids = grids.ids_by_code(connection, ["101"])
        assert ids and accounts.roles_of(connection, account_id)[0].grid_id == ids["101"]
    client = TestClient(admin_client.app, headers=part)
    assert client.get("/v1/accounts").status_code == 403
    everything = {"role": "admin", "whole": True}
    assert client.post(f"/v1/accounts/{account_id}/roles", json=everything).status_code == 403


def test_a_key_makes_no_keys(admin_client: TestClient) -> None:
    body = {"rights": ["resolve"], "expires_at": LATER}
    answer = admin_client.post("/v1/keys", json=body)
    assert answer.status_code == 401
    assert len(admin_client.get("/v1/keys").json()["keys"]) == 1


def test_what_is_done_to_accounts_is_in_the_audit_log(
    admin_client: TestClient, base: Engine
) -> None:
    made = admin_client.post("/v1/accounts", json={"name": "noted"}).json()
    found = admin_client.get("/v1/audit").text
    assert f'"account:{made["id"]}"' in found
    assert ACTOR.ref in found and "noted" not in found


def test_every_role_and_right_has_a_name() -> None:
    assert tuple(ROLE_NAMES) == ROLES
    assert tuple(RIGHT_NAMES) == tuple(Right)
