"""``gisgrid resolve`` of texts, ``gisgrid address`` and ``gisgrid import aliases``."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import get_args

import pandas as pd
import pytest
from sqlalchemy import Engine

from gisgrid.address.records import Match, Status
from gisgrid.cli import matched
from gisgrid.store.addresses import saying
from tests.commands import Run
from tests.streets import lonlat, standard_rows

LANE = "上海市嘉定区马陆镇白银路288弄"
PAGE_WORDS = Path(__file__).parents[2] / "api/pages/static/search/words.js"
COLUMNS = ["status", "score", "matched", "lon", "lat", "area", "unit", "micro", "error"]


@pytest.fixture
def at_streets(streets: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The streets' database, named in the environment."""
    url = streets.url.render_as_string(hide_password=False)
    monkeypatch.setenv("GISGRID_DATABASE_URL", url)
    return streets


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    pd.DataFrame(rows).to_csv(path, index=False)
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_reason_has_its_words() -> None:
    told = re.search(r"reason : str(.*)", Match.__doc__ or "", re.DOTALL)
    assert told is not None
    reasons = set(re.findall(r"``([a-z-]+)``", told[1])) - set(get_args(Status))
    assert len(reasons) > 6
    assert reasons <= set(matched.REASONS)
    assert reasons <= set(saying.REASONS)
    page = PAGE_WORDS.read_text("utf-8").split("REASONS = {")[1].split("\n};")[0]
    assert reasons <= set(re.findall(r'^ *"?([a-z-]+)"?:', page, re.MULTILINE))


def test_a_text_gets_its_address_and_its_grids(gisgrid: Run, at_streets: Engine) -> None:
    code, out, _ = gisgrid("resolve", "马陆镇白银路２８８弄十二号301室")
    assert code == 0
    for words in ("找到 found", LANE + "12号", "121.20650", "A1U1M1", "马陆镇", "P1"):
        assert words in out
    found = json.loads(gisgrid("resolve", "白银路288弄12号", "--json")[1])
    assert (found["status"], found["reason"]) == ("found", "")
    best = found["candidates"][0]
    assert best["address"] == LANE + "12号"
    assert best["score"] > 0.9
    assert tuple(best["point"]) == lonlat(0.1 + 0.05 * 11, 0.5)
    assert [grid["code"] for grid in found["grids"]] == ["A1", "A1U1", "A1U1M1"]
    assert found["read"]["numbers"]["lane"] == "288"
    assert found["revision"] > 4
    before = json.loads(gisgrid("resolve", "白银路288弄12号", "--at", "2001-01-01", "--json")[1])
    assert before["candidates"][0]["status"] == "outside"


def test_what_is_not_certain_is_said_so(gisgrid: Run, at_streets: Engine) -> None:
    code, out, _ = gisgrid("resolve", "白银一坊12号")
    assert code == 0
    assert "不能确定 ambiguous: 多处相符" in out
    assert LANE + "12号" in out
    assert "上海市嘉定区马陆镇白银路12号" in out
    assert out.count("A1U1M") == len(out.splitlines()) - 1
    assert len(gisgrid("resolve", "白银一坊12号", "--limit", 1)[1].splitlines()) == 2
    assert "有此处,无此号" in gisgrid("resolve", "白银路288弄99号")[1]
    assert "不在本区 outside" in gisgrid("resolve", "甘肃省白银市白银区人民路1号")[1]
    none = json.loads(gisgrid("resolve", "白银路288弄99号", "--json")[1])
    assert (none["status"], none["reason"], none["grids"]) == ("unknown", "no-such-number", [])
    code, _, err = gisgrid("resolve", "路" * 300)
    assert (code, err.count("\n")) == (2, 1)
    code, _, err = gisgrid("resolve", "白银路12号", "--lon", 1, "--lat", 1)
    assert (code, err.count("\n")) == (2, 1)


@pytest.mark.parametrize("option", [("-o", "o.csv"), ("--crs", "gcj02")])
def test_a_text_takes_no_option_of_files_or_points(
    gisgrid: Run, at_streets: Engine, option: tuple[str, str]
) -> None:
    code, out, err = gisgrid("resolve", "白银路12号", *option)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert option[1] in err or option[0] in err


def test_points_of_addresses_are_written_in_wgs84_alone(
    gisgrid: Run, at_streets: Engine, tmp_path: Path
) -> None:
    path, out = write(tmp_path / "a.csv", [{"address": "白银路12号"}]), tmp_path / "o.csv"
    code, _, err = gisgrid("resolve", "--file", path, "-o", out, "--crs", "gcj02")
    assert (code, out.exists()) == (2, False)
    assert "gcj02" in err
    assert gisgrid("resolve", "--file", path, "-o", out, "--crs", "EPSG:4326")[0] == 0


def test_a_file_of_texts_keeps_its_rows_and_their_order(
    gisgrid: Run, at_streets: Engine, tmp_path: Path
) -> None:
    texts = [text for text, _, _ in standard_rows()]
    texts += ["白银一坊12号", "白银路288弄99号", "=1+1", "", "路" * 300, "昆山市人民路1号"]
    rows = [{"id": f"n{k}", "address": text} for k, text in enumerate(texts)]
    out = tmp_path / "o.csv"
    code, said, _ = gisgrid("resolve", "--file", write(tmp_path / "a.csv", rows), "-o", out)
    assert code == 0
    assert f"{len(rows)}" in said
    found = read(out)
    assert list(found[0]) == ["id", "address", *COLUMNS]
    assert [row["id"] for row in found] == [row["id"] for row in rows]
    for row, (text, lon, lat) in zip(found, standard_rows(), strict=False):
        assert (row["status"], row["matched"], row["error"]) == ("found", text, "")
        assert (float(row["lon"]), float(row["lat"])) == (lon, lat)
        assert float(row["score"]) > 0.9
        assert row["micro"].startswith(row["unit"])
        assert row["unit"].startswith(row["area"])
    rest = found[len(standard_rows()) :]
    statuses = ["ambiguous", "unknown", "unknown", "error", "error", "outside"]
    assert [row["status"] for row in rest] == statuses
    for row in rest:
        assert row["error"]
        assert {row[name] for name in ("lon", "lat", "area", "unit", "micro")} == {""}
    assert rest[0]["matched"].endswith("12号")
    assert rest[2]["address"] == "'=1+1"
    assert rest[3]["error"] == "address: is missing"
    taken = write(tmp_path / "a.csv", [{"address": "白银路12号", "status": "new"}])
    code, _, err = gisgrid("resolve", "--file", taken, "-o", tmp_path / "p.csv")
    assert code == 2
    assert "'status'" in err


def test_a_file_with_points_is_one_of_points(
    gisgrid: Run, at_streets: Engine, tmp_path: Path
) -> None:
    lon, lat = lonlat(0.5, 0.5)
    row = {"id": 1, "address": "安亭镇塘庄村151号", "lon": lon, "lat": lat}
    path, out = write(tmp_path / "a.csv", [row]), tmp_path / "o.csv"
    assert gisgrid("resolve", "--file", path, "-o", out)[0] == 2
    assert gisgrid("resolve", "--file", path, "-o", out, "--crs", "wgs84")[0] == 0
    (found,) = read(out)
    assert (found["status"], found["unit"]) == ("inside", "A1U1")
    assert "score" not in found


def test_names_are_added_listed_and_ended(gisgrid: Run, at_streets: Engine, tmp_path: Path) -> None:
    code, out, _ = gisgrid("address", "alias", "add", "老虎灶", LANE, "--json")
    made = json.loads(out)
    assert (code, made["name"], made["kind"]) == (0, "老虎灶", "other")
    assert LANE + "7号" in gisgrid("resolve", "老虎灶7号")[1]
    listed = gisgrid("address", "alias", "list")[1].splitlines()
    assert len(listed) == 2
    assert "小区 estate" in listed[0]
    code, _, err = gisgrid("address", "alias", "add", "茶馆", "无此路")
    assert (code, err.count("\n")) == (2, 1)
    assert gisgrid("address", "alias", "end", made["id"])[0] == 0
    assert gisgrid("address", "alias", "end", made["id"])[0] == 4
    assert gisgrid("address", "alias", "end", 999)[0] == 3
    ended = json.loads(gisgrid("address", "alias", "list", "--ended", "--json")[1])
    assert [one["name"] for one in ended] == ["老虎灶"]
    rows = [{"name": "老虎灶", "means": LANE, "sort": "other"}, {"name": "x", "means": "y"}]
    path = write(tmp_path / "names.csv", rows)
    code, out, _ = gisgrid("import", "aliases", path, "--kind", "sort", "--json")
    report = json.loads(out)
    assert (code, report["inserted"], report["rows_rejected"]) == (0, 1, 1)
    assert "names.rejects.csv" in gisgrid("import", "aliases", path)[1]


def test_from_an_import_through_the_queue_to_a_place(
    gisgrid: Run, at_streets: Engine, tmp_path: Path
) -> None:
    rows = [{"id": "a", "addr": "白银路288弄7号"}, {"id": "b", "addr": "老虎灶12号"}]
    path = write(tmp_path / "h.csv", rows)
    bring = ("import", "places", path, "--kind", "hazard", "--id", "id", "--address", "addr")
    code, out, _ = gisgrid(*bring)
    assert code == 0
    assert "按址定位 by address       1   待审 to review 1" in out
    assert "gisgrid address review list" in out
    listed = json.loads(gisgrid("address", "review", "list", "--json")[1])
    assert [one["text"] for one in listed] == ["老虎灶12号"]
    number = listed[0]["id"]
    assert "老虎灶12号" in gisgrid("address", "review", "list")[1]
    decide = ("address", "review", "decide", number, "--address")
    assert gisgrid(*decide, "nobody")[0] == 3
    code, out, _ = gisgrid(*decide, LANE + "12号", "--alias", "老虎灶")
    assert code == 0
    assert f"→ {LANE}12号" in out
    assert gisgrid(*decide, "A001")[0] == 4
    assert gisgrid("address", "review", "list")[1] == ""
    assert "已定 decided" in gisgrid("address", "review", "list", "--state", "decided")[1]
    assert LANE + "5号" in gisgrid("resolve", "老虎灶5号")[1]
    report = json.loads(gisgrid(*bring, "--json")[1])
    assert (report["by_address"], report["queued"], report["inserted"]) == (2, 0, 1)
    assert gisgrid("address", "review", "reopen", number)[0] == 0
    assert gisgrid("address", "review", "dismiss", number)[0] == 0
    assert gisgrid("address", "review", "dismiss", number)[0] == 4


def test_a_text_is_sent_in_and_shown_with_what_it_may_mean(
    gisgrid: Run, at_streets: Engine
) -> None:
    code, out, _ = gisgrid("address", "review", "add", "白银一坊12号")
    assert code == 0
    assert "待审 open" in out
    shown = gisgrid("address", "review", "list")[1].splitlines()
    assert any("--address" in line and LANE + "12号" in line for line in shown[1:])
    (one,) = json.loads(gisgrid("address", "review", "list", "--json")[1])
    best = one["candidates"][0]
    assert gisgrid("address", "review", "decide", one["id"], "--address", best["source_id"])[0] == 0
    assert best["address"] in gisgrid("resolve", "白银一坊12号")[1]
    code, _, err = gisgrid("address", "review", "add", "白银路288弄12号")
    assert code == 4
    assert LANE + "12号" in err


def test_the_nearest_addresses_of_a_point(gisgrid: Run, at_streets: Engine) -> None:
    lon, lat = lonlat(0.1, 0.5)
    near = ("address", "nearest", "--lon", lon, "--lat", lat)
    lines = gisgrid(*near, "--limit", 2)[1].splitlines()
    assert [line.split()[-1] for line in lines] == [LANE + "1号", LANE + "2号"]
    found = json.loads(gisgrid(*near, "--limit", 3, "--json")[1])
    assert [one["metres"] for one in found] == pytest.approx([0, 47.6, 95.2], abs=0.3)
    assert "没有标准地址" in gisgrid("address", "nearest", "--lon", 0, "--lat", 0)[1]
    assert gisgrid("address", "nearest", "--lon", 121, "--lat", 310)[0] == 2
    offset = json.loads(gisgrid(*near, "--crs", "gcj02", "--json")[1])
    assert offset[0]["metres"] > 1
