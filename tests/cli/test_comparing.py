"""``gisgrid plan preview`` and ``diff`` as a planner types them, and the same over HTTP."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from api.app import create_app
from gisgrid.settings import Settings
from gisgrid.store import drafts, plans
from gisgrid.store.places import OWNED, TABLES
from gisgrid.store.publish import publish
from tests.commands import Run
from tests.store.redraws import put
from tests.towns import SIDE, SOUTH, WEST, frame, publish_rows, square

HERE = np.repeat([[WEST + 0.6 * SIDE, SOUTH + 0.5 * SIDE]], len(OWNED), axis=0)


@pytest.fixture
def plan_id(town: Engine) -> int:
    """A draft that gives half of a micro-grid, with a row of every kind, to its neighbour."""
    rows = [
        ("A1U1M1", "A1U1", square(0, 0, 0.5, 1)),
        ("A1U1M2", "A1U1", square(0.5, 0, 1.5, 1)),
    ]
    with town.begin() as connection:
        put(connection, HERE, "here")
        connection.execute(text("UPDATE gisgrid.address SET households = 30, text = '=1+1'"))
        return plans.add(connection, name="test", level="micro", frame=frame(rows))


def ask(gisgrid: Run, town: Engine, *words: object) -> Any:
    url = town.url.render_as_string(hide_password=False)
    code, out, err = gisgrid("plan", *words, "--database", url)
    assert code == 0, err
    return out


def test_a_preview_is_read_by_people_and_programs(
    gisgrid: Run, town: Engine, plan_id: int, settings: Settings
) -> None:
    document = json.loads(ask(gisgrid, town, "preview", plan_id, "--json"))
    assert document["totals"]["grids"] == {"reshaped": 2}
    assert document["totals"]["households"] == 30
    assert document["totals"]["places"]["address"] == 1
    first, second = document["grids"]
    assert (first["households_before"], first["households_after"]) == (30, 0)
    assert (second["households_before"], second["households_after"]) == (0, 30)
    (ground,) = document["ground"]
    assert (ground["source"], ground["target"], ground["households"]) == ("A1U1M1", "A1U1M2", 30)
    move = next(one for one in document["moves"] if one["kind"] == "address")
    assert (move["from_micro"], move["to_micro"]) == ("A1U1M1", "A1U1M2")
    assert move["from_unit"] == move["to_unit"] == "A1U1"

    said = ask(gisgrid, town, "preview", plan_id)
    assert "边界变动 reshaped" in said
    assert "30 → 0" in said
    assert "A1U1M1 → A1U1M2" in said

    with TestClient(create_app(settings, engine=town, demo=True)) as client:
        answer = client.get(f"/v1/plans/{plan_id}/preview")
        assert answer.headers["cache-control"].startswith("private")
        assert {**answer.json(), "notice": None} == {**document, "notice": None}
        again = client.get("/v1/compare", params={"before": "now", "after": f"plan {plan_id}"})
        assert again.json() == answer.json()


def test_places_that_move_are_written_to_a_table_that_runs_nothing(
    gisgrid: Run, town: Engine, plan_id: int, tmp_path: Path
) -> None:
    path = tmp_path / "moves.csv"
    ask(gisgrid, town, "preview", plan_id, "--csv", path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["kind"] for row in rows} == {k for k, t in TABLES.items() if t in OWNED}
    (address,) = (row for row in rows if row["kind"] == "address")
    assert address["title"] == "'=1+1"
    assert (address["from_micro"], address["to_micro"]) == ("A1U1M1", "A1U1M2")


def test_revisions_dates_and_plans_are_compared(gisgrid: Run, town: Engine, plan_id: int) -> None:
    planned = json.loads(ask(gisgrid, town, "diff", "now", f"plan {plan_id}", "--json"))
    with town.begin() as connection:
        published = publish(connection, plan_id, overlap_tolerance_m2=1.0)
    number = published.revision
    names = f"revision {number - 1}", f"revision {number}"
    done = json.loads(ask(gisgrid, town, "diff", *names, "--json"))
    for part in ("totals", "grids", "ground", "moves"):
        assert done[part] == planned[part]
    assert (done["before"], done["after"]) == names
    nothing = json.loads(ask(gisgrid, town, "diff", "now", f"revision {number}", "--json"))
    assert nothing["grids"] == nothing["moves"] == []
    long_ago = json.loads(ask(gisgrid, town, "diff", "2001-01-01", "now", "--json"))
    assert long_ago["totals"]["grids"]["new"] == 2 + 4 + 16 + 2


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        ("plan 99", 404, "no such plan"),
        ("revision 99", 404, "no such revision"),
        ("yesterday", 422, "revision 7"),
    ],
)
def test_what_is_not_there_is_told(
    gisgrid: Run, town: Engine, settings: Settings, name: str, status: int, said: str
) -> None:
    url = town.url.render_as_string(hide_password=False)
    code, out, err = gisgrid("plan", "diff", "now", name, "--database", url)
    assert (code > 0, out) == (True, "")
    assert said in err
    with TestClient(create_app(settings, engine=town, demo=True)) as client:
        answer = client.get("/v1/compare", params={"after": name})
    assert answer.status_code == status
    assert said in answer.text


def test_a_published_plan_still_says_what_it_changed(
    gisgrid: Run, town: Engine, plan_id: int
) -> None:
    planned = json.loads(ask(gisgrid, town, "preview", plan_id, "--json"))
    with town.begin() as connection:
        publish(connection, plan_id, overlap_tolerance_m2=1.0)
    done = json.loads(ask(gisgrid, town, "preview", plan_id, "--json"))
    for part in ("totals", "grids", "ground", "moves"):
        assert done[part] == planned[part]
    with town.begin() as connection:
        other = plans.add(connection, name="x", level="micro", frame=frame([]))
        plans.discard(connection, other)
    url = town.url.render_as_string(hide_password=False)
    code, out, err = gisgrid("plan", "preview", other, "--database", url)
    assert (code > 0, out) == (True, "")
    assert "discarded" in err


def test_a_plan_that_cannot_be_put_in_force_is_told_so(
    gisgrid: Run, town: Engine, settings: Settings
) -> None:
    line = [[WEST + 0.5 * SIDE, SOUTH - SIDE], [WEST + 0.5 * SIDE, SOUTH + 2 * SIDE]]
    split = {"code": "A1U1M1", "line": {"coordinates": line}, "new_codes": ["NEW"]}
    with town.begin() as connection:
        plan_id = drafts.new(connection, "test")
        drafts.edit(connection, plan_id, drafts.parse_edit("split", split))
        publish_rows(connection, "micro", [("NEW", "A2U2", square(20, 0))])
    with TestClient(create_app(settings, engine=town, demo=True)) as client:
        answer = client.get(f"/v1/plans/{plan_id}/preview")
    assert answer.status_code == 409
    assert "NEW" in answer.text


def test_too_much_for_one_answer_is_refused(town: Engine, plan_id: int, settings: Settings) -> None:
    small = settings.model_copy(update={"batch_limit": 0})
    with TestClient(create_app(small, engine=town, demo=True)) as client:
        answer = client.get(f"/v1/plans/{plan_id}/preview")
    assert answer.status_code == 413
    assert "gisgrid plan diff" in answer.text
