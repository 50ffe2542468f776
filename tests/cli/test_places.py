"""``gisgrid place`` as a planner types it, and what a publish says of it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, insert

from gisgrid.store import plans
from gisgrid.store.tables import address
from tests.commands import Run
from tests.towns import SIDE, SOUTH, WEST, frame, square


@pytest.fixture
def at_town(town: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The town with two addresses, named in the environment."""
    point = f"SRID=4326;POINT({WEST + 1.2 * SIDE} {SOUTH + 0.5 * SIDE})"
    with town.begin() as connection:
        rows = [{"source_id": name, "point": point, "text": f"路{name}"} for name in "ab"]
        connection.execute(insert(address), rows)
    monkeypatch.setenv("GISGRID_DATABASE_URL", town.url.render_as_string(hide_password=False))
    yield town


def test_a_place_is_held_listed_published_over_and_released(gisgrid: Run, at_town: Engine) -> None:
    asked = ("place", "hold", "address", "a", "--grid", "A1U1M2", "--reason", "门朝南")
    code, out, err = gisgrid(*asked)
    assert (code, err) == (0, "")
    assert "归属 held  address a 路a  → A1U1M2" in out
    made = json.loads(gisgrid(*asked, "--json")[1])
    assert (made["id"], made["reason"]) == (1, "门朝南")
    assert json.loads(gisgrid("place", "held", "--json")[1]) == [made]
    assert "理由 reason 门朝南" in gisgrid("place", "held")[1]
    rows = [
        ("A1U1M1", "A1U1", square(0, 0, 1.5, 1)),
        ("A1U1M2", "A1U1", square(1.5, 0, 0.5, 1)),
    ]
    with at_town.begin() as connection:
        plan = plans.add(connection, name="宽", level="micro", frame=frame(rows))
    line = "保留 held    address a 路a  A1U1M2   位于 lies in A1U1M1   理由 reason 门朝南"
    assert line in gisgrid("plan", "preview", plan)[1]
    preview = json.loads(gisgrid("plan", "preview", plan, "--json")[1])
    assert [one["source_id"] for one in preview["moves"]] == ["b"]
    code, out, err = gisgrid("plan", "publish", plan)
    assert (code, out.count("改派 reassigned 1"), line in out) == (0, 1, True)
    assert "取消 released" in gisgrid("place", "release", "address", "a")[1]
    assert gisgrid("place", "held") == (0, "", "")
    assert "结束 ended: 取消 taken back" in gisgrid("place", "held", "--ended")[1]


def test_a_publish_says_in_json_what_it_kept(gisgrid: Run, at_town: Engine) -> None:
    gisgrid("place", "hold", "address", "a", "--grid", "A1U1M2", "--reason", "门朝南")
    rows = [("A1U1M1", "A1U1", square(0, 0, 2, 1)), ("A1U1M2", "A1U1", square(30, 0))]
    with at_town.begin() as connection:
        plan = plans.add(connection, name="宽", level="micro", frame=frame(rows))
    preview = json.loads(gisgrid("plan", "preview", plan, "--json")[1])
    done = json.loads(gisgrid("plan", "publish", plan, "--json")[1])
    assert done["held"] == preview["held"]
    assert [(one["grid"], one["lies_in"], one["ended"]) for one in done["held"]] == [
        ("A1U1M2", "A1U1M1", False)
    ]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["hold", "address", "z", "--grid", "A1U1M1", "--reason", "x"], 3),
        (["hold", "address", "a", "--grid", "A1U1", "--reason", "x"], 2),
        (["hold", "address", "a", "--grid", "A1U1M1", "--reason", ""], 2),
        (["hold", "address", "a", "--grid", "A1U1M1"], 2),
        (["hold", "street", "a", "--grid", "A1U1M1", "--reason", "x"], 2),
        (["release", "address", "a"], 3),
    ],
)
def test_what_cannot_be_done_is_one_line_and_a_code(
    gisgrid: Run, at_town: Engine, words: list[str], code: int
) -> None:
    found, out, err = gisgrid("place", *words)
    assert (found, out, err.count("\n")) == (code, "", 1), err
