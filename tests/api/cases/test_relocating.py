"""A wrong place is put right over HTTP, and the case may leave the sight of who did it."""

from __future__ import annotations

from jsonschema import Draft202012Validator
from sqlalchemy import Engine, select
from starlette.testclient import TestClient

from api.cases.models import CaseDetail
from gisgrid.store.tables import audit_event
from tests.api.signing import signed_in

from .steps import at, tell


def test_a_place_is_put_right(client: TestClient, ground: Engine) -> None:
    case = tell(client)
    path = f"/v1/cases/{case['number']}"
    assert "relocate" in case["actions"]
    moved = client.post(
        f"{path}/relocate",
        json={"version": 1, "reason": "报错了", "place": "路口", **at(1.5, 0.5), "crs": "gcj02"},
    )
    assert moved.status_code == 200
    found = moved.json()
    Draft202012Validator(CaseDetail.model_json_schema()).validate(found)
    assert (found["place"], found["version"]) == ("路口", 2)
    assert abs(found["lon"] - at(1.5, 0.5)["lon"]) > 0.001
    assert found == client.get(path).json()
    last = client.get(f"{path}/history").json()["events"][-1]
    assert (last["zh"], last["after"]) == ("更正位置", "reported")
    with ground.connect() as connection:
        noted = select(audit_event.c.action).order_by(audit_event.c.id.desc()).limit(1)
        assert connection.scalar(noted) == "crs.gcj02"
    for wrong in ({}, {"reason": "x"}, {"lon": 121.2, "reason": "x"}, at(0.5, 0.5)):
        refused = client.post(f"{path}/relocate", json={"version": 2, **wrong})
        assert refused.status_code == 422
    stale = client.post(f"{path}/relocate", json={"version": 1, "reason": "x", **at(0.5, 0.5)})
    assert stale.status_code == 412


def test_it_may_leave_ones_sight(client: TestClient, guarded: TestClient, ground: Engine) -> None:
    case = tell(client)
    path = f"/v1/cases/{case['number']}"
    key = signed_in(guarded, ground, "chief", grids=("101001",))
    body = {"version": 1, "reason": "x", "place": "河边", **at(1.25, 0.25)}
    done = guarded.post(f"{path}/relocate", json=body, headers=key)
    assert (done.status_code, done.content) == (204, b"")
    assert guarded.get(path, headers=key).status_code == 404
    again = guarded.post(f"{path}/relocate", json=body | {"version": 2}, headers=key)
    assert again.status_code == 404
    seen = client.get(path).json()
    assert (seen["version"], seen["place"]) == (2, "河边")
    member = signed_in(guarded, ground, "member", grids=("101001",))
    assert guarded.post(f"{path}/relocate", json=body, headers=member).status_code == 403
