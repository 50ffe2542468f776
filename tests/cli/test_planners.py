"""``gisgrid db planner`` and ``gisgrid plan share``, up to a login with what they print."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import psycopg2
import pytest
from sqlalchemy import Engine, text

from gisgrid.settings import Settings
from gisgrid.store.server import PrivateServer
from tests.commands import Run


@pytest.fixture
def run(gisgrid: Run, town: Engine) -> Run:
    """Run a command on the town."""
    url = town.url.render_as_string(hide_password=False)
    return lambda *args: gisgrid(*args, "--database", url)


def log_in(server: PrivateServer, town: Engine, user: str, password: str) -> None:
    host, _, port = str(server.status().listen).rpartition(":")
    place = {"host": host, "port": port, "dbname": town.url.database, "sslmode": "require"}
    psycopg2.connect(user=user, password=password, **place).close()


def test_a_password_is_made_up_and_printed_once(
    run: Run, server: PrivateServer, town: Engine
) -> None:
    code, out, said = run("db", "planner", "add", "sun")
    assert code == 0
    assert "shown this once" in said
    words = out.split()
    log_in(server, town, words[words.index("user") + 1], words[words.index("password") + 1])
    code, out, _ = run("db", "planner", "list")
    assert "gisgrid_planner_sun" in out
    assert run("db", "planner", "remove", "sun")[0] == 0
    assert run("db", "planner", "remove", "sun")[0] == 3


def test_a_password_comes_from_a_file(
    run: Run, server: PrivateServer, town: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "password"
    file.write_text("很长的 密码\nnot this\n", encoding="utf-8")
    code, out, _ = run("db", "planner", "add", "sun", "--password-file", file, "--json")
    assert (code, json.loads(out)["role"]) == (0, "gisgrid_planner_sun")
    assert "password" not in json.loads(out)
    log_in(server, town, "gisgrid_planner_sun", "很长的 密码")
    file.write_text("\n")
    for wrong in (file, tmp_path / "none", tmp_path):
        code, out, said = run("db", "planner", "add", "sun", "--password-file", wrong)
        assert (code, out) == (2, "")
        assert "password" in said
    assert run("db", "planner", "add", "Sun")[0] == 2


def test_a_plan_is_shared_with_its_maker_or_another(
    run: Run, town: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "sun")
    _, out, _ = run("plan", "new", "方案", "--json")
    plan = json.loads(out)["id"]
    for name in ("sun", "qian"):
        run("db", "planner", "add", name)
    code, out, _ = run("plan", "share", plan)
    assert code == 0
    assert f"drafts.plan_{plan}_micro" in out
    _, out, _ = run("plan", "share", plan, "qian", "--json")
    shared = json.loads(out)
    assert shared["planners"] == ["qian", "sun"]
    assert [Path(file).name for file in shared["styles"]] == ["micro.qml", "upper.qml"]
    assert run("plan", "share", plan, "nobody")[0] == 3
    assert run("plan", "share", plan, "qian", "--stop")[0] == 0
    assert run("plan", "share", plan, "qian", "--stop")[0] == 3
    _, out, _ = run("plan", "share", plan, "--stop", "--json")
    assert json.loads(out)["planners"] == json.loads(out)["layers"] == []


def test_the_styles_draw_every_grid_once(run: Run, town: Engine) -> None:
    _, out, _ = run("plan", "new", "方案", "--json")
    plan = json.loads(out)["id"]
    run("db", "planner", "add", "sun")
    styles = json.loads(run("plan", "share", plan, "sun", "--json")[1])["styles"]
    for file in styles:
        style = ElementTree.parse(file).getroot()
        rules = style.findall("renderer-v2/rules/rule")
        drawn = {symbol.get("name") for symbol in style.findall("renderer-v2/symbols/symbol")}
        assert {rule.get("symbol") for rule in rules} == drawn
        query = text(f"SELECT * FROM drafts.plan_{plan}_micro LIMIT 0")
        with town.connect() as connection:
            columns = set(connection.execute(query).keys())
        named = {alias.get("field") for alias in style.findall("aliases/alias")}
        assert named == columns - {"geom"}
    style = ElementTree.parse(styles[0]).getroot()
    # QGIS reads these conditions as SQL does; the last rule is drawn over the others.
    filters = [rule.get("filter") for rule in style.findall("renderer-v2/rules/rule")][:-1]
    least, most = (Settings.model_fields[f"households_{end}"].default for end in ("min", "max"))
    hits = " + ".join(f"coalesce(({one})::int, 0)" for one in filters)
    numbers = f"unnest(ARRAY[NULL, 0, {least - 1}, {least}, {most}, {most + 1}]) AS households"
    grids = f"SELECT * FROM {numbers}, unnest(ARRAY[NULL, '市场']) AS range_reason"
    with town.connect() as connection:
        found = connection.execute(text(f"SELECT {hits}, {filters[2]} FROM ({grids}) AS g")).all()
    assert len(found) == 12
    assert {one for one, _ in found} == {1}
    assert sum(bool(within) for _, within in found) == 4
