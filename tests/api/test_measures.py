"""Measures over HTTP and on the command line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, insert
from starlette.testclient import TestClient

from api.app import create_app
from gisgrid.cases.measures import MEASURES
from gisgrid.settings import Settings
from gisgrid.store.engine import make_engine
from gisgrid.store.tables import hazard
from tests.commands import Run
from tests.towns import SIDE, SOUTH, WEST

from .signing import signed_in

PERIOD = {"from": "2024-03-01", "to": "2024-04-01"}


@pytest.fixture(scope="module")
def engine(clone: Callable[[str], str], town_template: str) -> Iterator[Engine]:
    """The town with three hazards; one has a category that a spreadsheet would run."""
    made = make_engine(clone(town_template))
    rows = [
        {
            "source_id": f"h{number}",
            "point": f"SRID=4326;POINT({WEST + (0.5 + 4 * number) * SIDE} {SOUTH + 0.5 * SIDE})",
            "category": category,
            "origin": "patrol" if number else "resident",
            "found_at": datetime(2024, 3, 5, tzinfo=UTC),
            "confidential": category == "tip",
        }
        for number, category in ((0, "fire"), (1, "=1+1"), (0.1, "tip"))
    ]
    with made.begin() as connection:
        connection.execute(insert(hazard), rows)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def client(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Somebody who may do everything."""
    app = create_app(Settings(home=tmp_path_factory.mktemp("home")), engine=engine, demo=True)
    with TestClient(app, client=("127.0.0.1", 50_000), base_url="http://127.0.0.1") as made:
        yield made


def test_figures_come_with_their_definitions(client: TestClient, engine: Engine) -> None:
    signed_in(client, engine, "officer", whole=True)
    told = client.get("/v1/measures", params=PERIOD).json()
    assert (told["from"], told["by"], told["level"]) == (
        "2024-03-01T00:00:00+08:00",
        "grid",
        "area",
    )
    assert [one["code"] for one in told["measures"]] == list(MEASURES)
    assert all(one["means_zh"] and one["means_en"] for one in told["measures"])
    assert (told["total"]["found"], told["total"]["share_found_first"]) == (3, 0.6667)
    assert {one["key"]: one["found"] for one in told["rows"]} == {"A1": 2, "A2": 1}


def test_a_guest_measures_without_tips(engine: Engine) -> None:
    with TestClient(
        create_app(Settings(), engine=engine, demo=True), client=("203.0.113.9", 1)
    ) as one:
        assert one.get("/v1/measures", params=PERIOD).json()["total"]["found"] == 2
    with TestClient(create_app(Settings(), engine=engine)) as stranger:
        assert stranger.get("/v1/measures", params=PERIOD).status_code == 401


def test_csv_runs_no_formula(client: TestClient, engine: Engine) -> None:
    signed_in(client, engine, "officer", whole=True)
    asked = client.get("/v1/measures", params={**PERIOD, "by": "category", "format": "csv"})
    assert asked.headers["content-type"].startswith("text/csv")
    assert "attachment" in asked.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(asked.content.decode("utf-8-sig"))))
    assert rows[0][:4] == ["key", "name_zh", "name_en", "found"]
    assert rows[1][3] == "发现"
    assert {row[0] for row in rows[2:]} == {"'=1+1", "fire", "tip", ""}
    assert rows[-1][1:4] == ["合计", "All", "3"]


@pytest.mark.parametrize(
    "wrong",
    [{"from": "2024-04-01", "to": "2024-03-01"}, {"by": "moon"}, {"since": "2024-01-01"},
     {"from": "yesterday"}],
)  # fmt: skip
def test_what_cannot_be_measured_is_refused(client: TestClient, wrong: dict[str, str]) -> None:
    assert client.get("/v1/measures", params=wrong).status_code == 422


def test_without_a_period_the_last_thirty_days_are_measured(client: TestClient) -> None:
    told = client.get("/v1/measures").json()
    since, until = (datetime.fromisoformat(told[name]) for name in ("from", "to"))
    assert (until - since).days == 30
    assert until > datetime.now(UTC)


def test_the_command_tells_the_same(client: TestClient, engine: Engine, gisgrid: Run) -> None:
    signed_in(client, engine, "officer", whole=True)
    url = engine.url.render_as_string(hide_password=False)
    asked = ("measures", "--from", "2024-03-01", "--to", "2024-04-01", "--database", url)
    code, out, _ = gisgrid(*asked, "--by", "category", "--json")
    assert code == 0
    told = json.loads(out)
    assert {one["key"]: one["found"] for one in told["rows"]} == {"=1+1": 1, "fire": 1}
    code, out, _ = gisgrid(*asked, "--confidential", "--json")
    answer = client.get("/v1/measures", params=PERIOD).json()
    assert json.loads(out)["rows"] == answer["rows"]
    code, out, _ = gisgrid(*asked)
    assert code == 0
    assert "民未呼我先应" in out
    code, out, _ = gisgrid(*asked, "--csv", "--by", "category")
    assert out.splitlines()[2].startswith("'=1+1,")
