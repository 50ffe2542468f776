"""Cases as CSV over HTTP: out safe to open, in row by row."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from starlette.testclient import TestClient

from .steps import at, tell

HEADER = "id,category,lon,lat,reported_at,description,name,telephone\n"


def bring(client: TestClient, text: str, *, status: int = 200, **query: str) -> Any:
    answer = client.post(
        "/v1/cases/import",
        params=query,
        content=text.encode(),
        headers={"Content-Type": "text/csv"},
    )
    assert answer.status_code == status, answer.text
    return answer.json()


def table(client: TestClient, **query: str) -> list[dict[str, str]]:
    answer = client.get("/v1/cases.csv", params=query)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def row(name: str, category: str, column: float, line: float, rest: str = ",,,") -> str:
    lon, lat = at(column, line).values()
    return f"{name},{category},{lon},{lat},{rest}\n"


def test_every_row_is_taken_or_named(client: TestClient) -> None:
    text = HEADER + "".join(
        [
            row("110-1", "gaming-room", 0.25, 0.25, "2026-10-01 23:30,打牌声,王小明,13812341234"),
            row("110-2", "无证设摊", 1.25, 1.25),
            row("110-3", "unheard-of", 0.25, 0.25),
            row("110-4", "littering", 50.0, 50.0),
            row("110-5", "littering", 0.25, 0.25, "soon,,,"),
            row("", "littering", 0.25, 0.25),
            row("110-2", "littering", 0.25, 0.25),
        ]
    )
    told = bring(client, text)
    assert (told["read"], told["taken"], told["new"], told["rejected"]) == (7, 3, 2, 4)
    assert [(one["row"], one["reason"]) for one in told["rejects"]] == [
        (3, "is no category"),
        (4, "lies outside all grids"),
        (5, "is not a date or time"),
        (6, "is missing"),
    ]
    again = bring(client, text)
    assert (again["taken"], again["new"]) == (3, 0)
    (one,) = client.get("/v1/cases", params={"category": "gaming-room"}).json()["cases"]
    assert (one["source"], one["source_id"]) == ("police_call", "police_call:110-1")
    assert one["reported_at"] == "2026-10-01T23:30:00+08:00"
    (other,) = table(client, category="unlicensed-stall")
    assert (other["micro"], other["category_zh"]) == ("102002001", "无证设摊")


def test_a_row_for_which_the_day_has_no_number_is_named(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The same number each time: the second row finds it taken.
    monkeypatch.setattr("secrets.randbelow", lambda most: most - 1)
    text = HEADER + "".join(row(f"full-{k}", "littering", 0.25, 0.25) for k in range(2))
    told = bring(client, text)
    assert (told["taken"], told["new"], told["rejected"]) == (1, 1, 1)
    assert "used up" in told["rejects"][0]["reason"]
    monkeypatch.undo()
    again = bring(client, text)
    assert (again["taken"], again["new"], again["rejected"]) == (2, 1, 0)


def test_a_table_of_which_nothing_can_be_used_names_each_row(client: TestClient) -> None:
    told = bring(client, HEADER + row("x", "unheard-of", 0.25, 0.25), source="hotline")
    assert (told["read"], told["taken"], len(told["rejects"])) == (1, 0, 1)


def test_what_is_no_table_of_cases_is_refused_without_a_place_of_ours(client: TestClient) -> None:
    for text, words in (
        ("", "required"),
        ("id\n", "no rows"),
        ("category,lon,lat\nlittering,121,31\n", "--id"),
        ("id,lon,lat\n1,121,31\n", "category"),
        ("id,category\n1,littering\n", "lon"),
        ('id,category\n"1,littering\n', "body"),
    ):
        detail = bring(client, text, status=422)
        assert words in str(detail)
        assert "/tmp" not in str(detail)
    assert bring(client, HEADER, status=422, source="nobody")
    sent = client.post("/v1/cases/import", json={"id": 1})
    assert sent.status_code == 422


def test_a_table_is_safe_to_open_and_tells_nobody(client: TestClient) -> None:
    tell(
        client,
        category="repair",
        description="=cmd|'/c calc'!A1",
        place="-1+1",
        reporter={"name": "王小明"},
    )
    (one,) = table(client, category="repair")
    assert one["description"] == "'=cmd|'/c calc'!A1"
    assert one["place"] == "'-1+1"
    assert "王" not in str(one)
    assert (one["area"], one["police"]) == ("101", "P1")


def test_a_table_has_all_cases_page_or_none(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Small enough for the file to leave the memory, and to be sent in pieces.
    monkeypatch.setattr("api.cases.files._IN_MEMORY", 100)
    monkeypatch.setattr("api.cases.files._PIECE", 64)
    for _ in range(5):
        tell(client, category="littering")
    listed = client.get("/v1/cases", params={"limit": 1000, "order": "due"}).json()["cases"]
    found = table(client, order="due", limit="1")
    assert [one["number"] for one in found] == [one["number"] for one in listed]
    first = client.get("/v1/cases.csv")
    again = client.get("/v1/cases.csv", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "private" in again.headers["cache-control"]
