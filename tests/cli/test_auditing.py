"""The commands of the audit log and of personal data."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

from gisgrid.access import Actor, Sight
from gisgrid.cases.pictures import Picture
from gisgrid.errors import Conflict, NotFound
from gisgrid.store import audit, personal
from gisgrid.store.cases import NewCase, act, public_history, report
from gisgrid.store.engine import make_engine
from gisgrid.store.scope import look_as
from gisgrid.store.tables import case_evidence
from gisgrid.store.works.evidence import add_evidence, evidence_jpeg, evidence_of
from tests.commands import Run
from tests.towns import SIDE, SOUTH, WEST

TODAY = date(2026, 11, 23)
PICTURE = Picture("王小明".encode(), 4, 3)
OF_TODAY = {"stage": "before", "taken_on": TODAY, "today": TODAY, "actor": Actor("cli")}


def test_the_log_is_listed_checked_and_found_out(
    gisgrid: Run, town: Engine, tmp_path: Path
) -> None:
    url = town.url.render_as_string(hide_password=False)
    code, out, _ = gisgrid("audit", "list", "--limit", "1", "--database", url)
    assert code == 0 and "revision.insert" in out
    code, out, said = gisgrid("audit", "check", "--database", url)
    assert (code, "完好" in out, "--head" in said) == (0, True, True)
    code, out, _ = gisgrid("audit", "head", "--json", "--database", url)
    head = tmp_path / "head.json"
    head.write_text(out)
    position = json.loads(out)["position"]
    code, out, said = gisgrid("audit", "check", "--head", head, "--json", "--database", url)
    assert (code, json.loads(out)["fault"], said) == (0, None, "")
    with town.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        gone = text("DELETE FROM gisgrid.audit_event WHERE position = :last")
        connection.execute(gone, {"last": position})
    code, out, _ = gisgrid("audit", "check", "--head", head, "--database", url)
    assert code == 1 and f"断链 broken at {position}" in out
    head.write_text("{}")
    assert gisgrid("audit", "check", "--head", head, "--database", url)[0] == 2
    assert gisgrid("audit", "check", "--head", tmp_path / "none", "--database", url)[0] == 2


def test_what_is_known_of_somebody_is_found_shown_corrected_and_erased(
    gisgrid: Run, engine: Engine
) -> None:
    url = engine.url.render_as_string(hide_password=False)
    with engine.begin() as connection:
        ref = personal.keep(connection, "sender", {"name": "王小明", "telephone": "13800131234"})
    assert gisgrid("personal", "find", "138 0013 1234", "--database", url)[1].split() == [str(ref)]
    assert "王小明" in gisgrid("personal", "show", ref, "--why", "case:1", "--database", url)[1]
    assert gisgrid("personal", "correct", ref, "--name", "王大明", "--database", url)[0] == 0
    shown = gisgrid("personal", "show", ref, "--why", "case:1", "--json", "--database", url)[1]
    assert json.loads(shown) == {"name": "王大明"}
    assert gisgrid("personal", "expire", "--database", url)[1].startswith("0 ")
    assert gisgrid("personal", "erase", ref, "--database", url)[0] == 0
    assert gisgrid("personal", "show", ref, "--why", "case:1", "--database", url)[0] == 3
    with engine.connect() as connection:
        noted = audit.listing(connection, subject=f"personal:{ref}")
    assert [one.action.split(".")[1] for one in reversed(noted)] == [
        *("find", "look", "correct", "look", "erase")
    ]
    assert {one.actor for one in noted} == {"cli"}


def test_a_case_forgets_its_reporter_words_and_pictures_and_the_chain_holds(
    gisgrid: Run, town: Engine
) -> None:
    url = town.url.render_as_string(hide_password=False)
    place = {"lon": WEST + 0.5 * SIDE, "lat": SOUTH + 0.5 * SIDE}
    told = {"description": "王小明 的狗", "place": "王小明 家门口", "reporter": {"name": "王小明"}}
    with town.begin() as connection:
        new = NewCase(category="security-tip", source="tip", coded=True, **place, **told)
        case = report(connection, new, Actor("resident"))
        look_as(connection, Sight(whole=True).disclosed())
        act(connection, case.number, "refuse", actor=Actor("cli"), reason="王小明 没来")
        add_evidence(connection, case.number, PICTURE, **OF_TODAY)
    assert gisgrid("personal", "forget", case.number, "--database", url)[0] == 0
    with town.connect() as connection:
        for table in ("personal", "case_file", "case_text", "case_note", "case_event", "hazard"):
            rows = connection.scalars(text(f"SELECT to_jsonb(t)::text FROM gisgrid.{table} t"))
            assert not [row for row in rows if "王" in row], table
        assert "王" not in repr(public_history(connection, case.code))
        assert audit.check(connection).fault is None
        assert audit.listing(connection, subject=f"case:{case.id}")[0].action == "case.forget"
        look_as(connection, Sight(whole=True).disclosed())
        (left,) = evidence_of(connection, case.number)
        assert left.sha256 == PICTURE.sha256 and left.erased_at is not None
        assert connection.scalar(select(case_evidence.c.jpeg)) is None
        with pytest.raises(NotFound, match="no such picture"):
            evidence_jpeg(connection, case.number, left.sha256)
        with pytest.raises(Conflict, match="was erased"):
            add_evidence(connection, case.number, PICTURE, **OF_TODAY)
    assert gisgrid("personal", "forget", "JD0", "--database", url)[0] == 3


def test_a_role_for_the_service_is_made_by_a_command(gisgrid: Run, engine: Engine) -> None:
    url = engine.url.render_as_string(hide_password=False)
    code, _, said = gisgrid("db", "role", "--database", url)
    assert (code, "gisgrid_web" in said) == (0, True)
    with make_engine(url).connect() as connection:
        may = "SELECT has_table_privilege('gisgrid_web', 'gisgrid.hazard', 'INSERT')"
        assert connection.scalar(text(may))


def test_what_a_backup_holds_is_a_whole_chain(
    gisgrid: Run, town: Engine, server, tmp_path: Path
) -> None:
    url = town.url.render_as_string(hide_password=False)
    with town.begin() as connection:
        ref = personal.keep(connection, "reporter", {"name": "王小明"})
        personal.look(connection, ref, actor=Actor("cli"), why="case:1")
    head, file = tmp_path / "head.json", tmp_path / "backup"
    head.write_text(gisgrid("audit", "head", "--json", "--database", url)[1])
    assert gisgrid("db", "backup", file, "--database", url)[0] == 0
    server.ensure_database("restored_chain")
    other = server.url("restored_chain")
    assert gisgrid("db", "restore", file, "--database", other)[0] == 0
    code, out, _ = gisgrid("audit", "check", "--head", head, "--database", other)
    assert (code, "完好" in out) == (0, True)
    engine = make_engine(other)
    with engine.begin() as connection:
        assert personal.look(connection, ref, actor=Actor("cli"), why="case:1")
        guarded = "SELECT count(*) FROM pg_policies WHERE policyname = 'sight'"
        assert connection.scalar(text(guarded))
    with engine.begin() as connection:
        assert audit.check(connection).fault is None
    engine.dispose()
