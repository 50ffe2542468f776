"""``gisgrid bench`` as a user types it."""

from __future__ import annotations

import json
import sys

import pytest

from gisgrid.bench import BENCHES
from tests.commands import Run


def test_quick_and_alone_it_measures_and_is_right(gisgrid: Run) -> None:
    code, out, err = gisgrid("bench", "locate", "--quick", "--only", "gisgrid", "--json")
    assert code == 0
    document = json.loads(out)
    assert {"cpu", "cores", "memory_bytes", "python", "versions"} <= set(document["machine"])
    first, *others = document["rows"]
    assert {row["system"] for row in document["rows"]} == {"gisgrid"}
    assert first["points_per_second"] > 0
    assert first["equal"] is True
    measures = {name for row in others for name in row}
    assert {"p50_us", "p99_us", "build_seconds", "index_bytes", "file_bytes"} <= measures
    assert "2k-200k" in err


def test_peers_stand_below_gisgrid_with_ratios(gisgrid: Run) -> None:
    words = ["--case", "30-2k", "--rounds", "1", "--only", "gisgrid", "--only", "duckdb"]
    code, out, _ = gisgrid("bench", "locate", *words, "--json")
    assert code == 0
    bulk = [row for row in json.loads(out)["rows"] if row["case"].startswith("30-2k")]
    assert [(row["system"], row["case"]) for row in bulk] == [
        ("gisgrid", "30-2k, 1 thread"),
        ("duckdb", "30-2k, 1 thread"),
        ("gisgrid", "30-2k, 2 threads"),
        ("duckdb", "30-2k, 2 threads"),
    ]
    for ours, theirs in (bulk[:2], bulk[2:]):
        assert ours["ratio"] is None
        faster = ours["points_per_second"] / theirs["points_per_second"]
        assert theirs["ratio"] == pytest.approx(faster)
        assert theirs["equal"] is True


def test_tables_for_people_and_for_pages(gisgrid: Run) -> None:
    words = ["--case", "30-2k-sorted", "--rounds", "1", "--only", "shapely"]
    code, out, _ = gisgrid("bench", "locate", *words)
    assert code == 0
    assert "倍数 ratio" not in out  # nothing of ours to compare with
    assert "30-2k-sorted, 1 thread" in out
    code, out, _ = gisgrid("bench", "locate", *words, "--markdown")
    assert code == 0
    assert "| 30-2k-sorted, 1 thread | shapely |" in out


def test_a_peer_that_is_not_installed_is_named_and_left_out(
    gisgrid: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sedonadb", None)
    words = ["--case", "30-2k", "--rounds", "1", "--only", "sedonadb", "--only", "shapely"]
    code, out, err = gisgrid("bench", "locate", *words, "--json")
    assert code == 0
    assert {row["system"] for row in json.loads(out)["rows"]} == {"shapely"}
    assert "left out: sedonadb" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nope"], ", ".join(BENCHES)),
        (["locate", "--only", "nope"], "gisgrid, geopandas"),
        (["locate", "--case", "2k"], "2k-1m"),
        (["locate", "--case", "0-5"], "2k-1m"),
        (["locate", "--rounds", "0"], "usage error"),
    ],
)
def test_what_is_not_known_is_refused_with_what_is(
    gisgrid: Run, words: list[str], said: str
) -> None:
    code, out, err = gisgrid("bench", *words)
    assert code == 2
    assert out == ""
    assert said in err
