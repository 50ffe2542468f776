"""``gisgrid campaign`` and ``gisgrid import campaign``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.campaigns import small_campaign, write_sheets
from tests.commands import Run


@pytest.fixture
def url(town: Engine) -> str:
    return town.url.render_as_string(hide_password=False)


def test_a_campaign_from_its_files_to_its_end(gisgrid: Run, url: str, tmp_path: Path) -> None:
    phase = {"code": "p", "name_zh": "整治中", "starts": "2024-04-01", "ends": "2024-05-01"}
    items = small_campaign()["items"]
    sheets = small_campaign(phases=[phase | {"planned_percent": 90}], items=[*items, {"id": "bad"}])
    folder = write_sheets(tmp_path / "c", **sheets)
    code, out, err = gisgrid("import", "campaign", folder, "--database", url)
    assert (code, out) == (2, "")
    assert "--crs" in err
    code, out, _ = gisgrid("import", "campaign", folder, "--crs", "wgs84", "--database", url)
    assert code == 0
    assert "c1" in out
    assert "拒收 rejected 1" in out
    assert "items.rejects.csv" in out
    again = json.loads(
        gisgrid("import", "campaign", folder, "--crs", "wgs84", "--database", url, "--json")[1]
    )
    assert again["files"]["items"]["unchanged"] == 3
    assert "完成 done 0 / 3" in gisgrid("campaign", "list", "--database", url)[1]

    marked = gisgrid("campaign", "done", "W0", "W1", "--on", "2024-04-10", "--database", url)
    assert marked[0] == 0
    assert "剩余 left 1" in marked[1]
    assert "剩余 left 2" in gisgrid("campaign", "undone", "W1", "--database", url)[1]
    history = gisgrid("campaign", "history", "W1", "--database", url)[1].splitlines()
    assert len(history) == 2
    assert "完成 done 2024-04-10" in history[0]
    assert "未完成 not done" in history[1]
    told = json.loads(gisgrid("campaign", "history", "W1", "--database", url, "--json")[1])
    assert (told["done_on"], [one["done_on"] for one in told["marks"]]) == (
        None,
        ["2024-04-10", None],
    )

    shown = gisgrid("campaign", "show", "--by", "grid", "--burn-down", "--database", url)[1]
    for words in ("拆窗整治", "整治中", "90 %", "A1U1M1", "2024-04-30", "剩余 left"):
        assert words in shown
    past = gisgrid("campaign", "show", "--at", "2024-04-09", "--database", url, "--json")[1]
    assert (json.loads(past)["done"], json.loads(past)["as_of"]) == (0, "2024-04-09")
    both = gisgrid("campaign", "show", "--by", "grid", "--burn-down", "--database", url, "--json")
    found = json.loads(both[1])
    assert found["done"] == 1
    assert [one["done"] for one in found["by_grid"]] == [1, 0, 0]
    assert len(found["burn_down"]) == 30


@pytest.mark.parametrize(
    "command",
    [
        ("campaign", "done", "W9"),
        ("campaign", "history", "W9"),
        ("campaign", "show", "--code", "none"),
        ("campaign", "undone", "W9", "--code", "none"),
    ],
)
def test_what_is_not_there_is_said(gisgrid: Run, url: str, tmp_path: Path, command: object) -> None:
    folder = write_sheets(tmp_path / "c", **small_campaign())
    gisgrid("import", "campaign", folder, "--crs", "wgs84", "--database", url)
    code, out, err = gisgrid(*command, "--database", url)
    assert (code, out) == (3, "")
    assert "未找到" in err


def test_marks_are_of_a_campaign_that_is_named(gisgrid: Run, url: str, tmp_path: Path) -> None:
    for code in ("c1", "c2"):
        sheets = small_campaign(campaign=[{"code": code, "name_zh": code}])
        folder = write_sheets(tmp_path / code, **sheets)
        gisgrid("import", "campaign", folder, "--crs", "wgs84", "--database", url)
    code, out, err = gisgrid("campaign", "done", "W0", "--database", url)
    assert (code, out) == (2, "")
    assert "--code c1 | c2" in err
    assert gisgrid("campaign", "done", "W0", "--code", "c2", "--database", url)[0] == 0
    found = json.loads(gisgrid("campaign", "list", "--json", "--database", url)[1])
    assert {one["code"]: one["done"] for one in found} == {"c1": 0, "c2": 1}
