"""Values that no calendar and no database holds are refused at every door, and never a fault."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from .steps import at

ENDS = ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-12:00", "9999-12-31"]
V2 = "/open311/v2"


@pytest.mark.parametrize("when", ENDS[:2])
def test_a_report_of_no_time_is_refused(client: TestClient, when: str) -> None:
    body = {"category": "littering", **at(0.25, 0.25), "reported_at": when}
    answer = client.post("/v1/cases", json=body)
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize("when", ENDS)
def test_one_row_of_no_time_does_not_refuse_the_others(client: TestClient, when: str) -> None:
    lon, lat = at(0.25, 0.25).values()
    rows = [f"end-{when}-{k},littering,{lon},{lat},{one}" for k, one in enumerate((when, ""))]
    text = "\n".join(["id,category,lon,lat,reported_at", *rows])
    answer = client.post(
        "/v1/cases/import", content=text.encode(), headers={"Content-Type": "text/csv"}
    )
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["new"] == 1
    (reject,) = told["rejects"]
    assert (reject["row"], reject["field"]) == (1, "reported_at")


def test_a_reject_of_the_store_names_its_column(client: TestClient) -> None:
    lon, lat = at(0.25, 0.25).values()
    text = f"id,category,lon,lat,reported_at\nahead,littering,{lon},{lat},2190-05-06\n"
    answer = client.post(
        "/v1/cases/import", content=text.encode(), headers={"Content-Type": "text/csv"}
    )
    (reject,) = answer.json()["rejects"]
    assert (reject["field"], reject["reason"]) == ("reported_at", "a report is of the past")
    assert reject["value"].startswith("2190-05-05")


@pytest.mark.parametrize("name", ["start_date", "end_date"])
@pytest.mark.parametrize("when", ENDS)
def test_a_period_at_the_end_of_the_calendar(client: TestClient, name: str, when: str) -> None:
    answer = client.get(f"{V2}/requests.json", params={name: when})
    assert answer.status_code in (200, 400), answer.text


def refs(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """A part of the description, with the first of its kinds that is no null."""
    for one in part.get("anyOf", []):
        if one.get("type") != "null":
            return refs(document, one)
    if "$ref" in part:
        found: Any = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        return refs(document, found)
    return part


def is_words(document: dict[str, Any], parameter: dict[str, Any]) -> bool:
    kind = refs(document, parameter["schema"])
    if kind.get("type") == "array":
        kind = refs(document, kind["items"])
    return kind.get("type") == "string" and "enum" not in kind and "const" not in kind


def readings(client: TestClient) -> list[tuple[str, str, str]]:
    """The address of everything that is read, and where each of its words goes."""
    document = client.get("/openapi.json").json()
    return [
        (path, one["in"], one["name"])
        for path, ways in document["paths"].items()
        for one in ways.get("get", {}).get("parameters", [])
        if one["in"] in ("path", "query") and is_words(document, one) and "/stream" not in path
    ]


@pytest.mark.parametrize(
    "value", ["\x00", "a\x00", "1.\x00", *ENDS[:2], "9999-12-31T23:59:59+08:00"]
)
def test_no_word_of_an_address_is_a_fault(client: TestClient, value: str) -> None:
    asked = readings(client)
    assert len(asked) > 100
    faults = []
    for path, place, name in asked:
        fill = {"extension": "json", name: value} if place == "path" else {"extension": "json"}
        address = path
        while "{" in address:
            before, _, rest = address.partition("{")
            inner, _, after = rest.partition("}")
            word = fill.get(inner.split(":")[0], "1")
            address = before + word.replace("\x00", "%00").replace("+", "%2B") + after
        params = {name: value} if place == "query" else {}
        answer = client.get(address, params=params)
        if answer.status_code >= 500:
            faults.append((path, name, answer.status_code))
    assert faults == []


def test_a_facility_whose_upkeep_no_calendar_holds_is_refused(client: TestClient) -> None:
    body = {"kind": "ramp", **at(0.25, 0.25), "upkeep_every_days": 36_525}
    answer = client.post("/v1/facilities", json={**body, "installed_on": "9999-12-31"})
    assert answer.status_code == 422, answer.text
    assert "calendar" in answer.text
