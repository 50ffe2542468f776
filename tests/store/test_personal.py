"""What is known of people: kept apart, masked, shown only with a note, erased for good."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, delete, select, text, update

from gisgrid.access import EVERYTHING, Actor, Sight
from gisgrid.errors import InputError, NotFound
from gisgrid.store import personal
from gisgrid.store.audit import act_as
from gisgrid.store.scope import look_as
from gisgrid.store.tables import audit_event
from gisgrid.store.tables import personal as personal_table

OFFICER = Actor("account:7")
WANG = {"name": "王小明", "telephone": "138 0013 1234", "email": "w@example.org", "note": " "}
CONFIDENTIAL = Sight(whole=True).disclosed()


def notes(connection) -> list[tuple[str, str, str]]:
    columns = (audit_event.c.actor_ref, audit_event.c.action, audit_event.c.subject)
    return [tuple(row) for row in connection.execute(select(*columns).order_by(audit_event.c.id))]


def test_what_is_kept_is_masked_shown_with_a_note_and_erased(engine: Engine) -> None:
    with engine.begin() as connection:
        ref = personal.keep(connection, "reporter", WANG)
        other = personal.keep(connection, "staff", {"name": "Li", "telephone": "555123"})
        assert personal.masked(connection, [ref, other, uuid4()]) == {
            ref: {"name": "王**", "telephone": "138****1234", "email": "***"},
            other: {"name": "L**", "telephone": "****23"},
        }
        assert notes(connection) == []
        found = personal.look(connection, ref, actor=OFFICER, why="case:12")
        assert found == {"name": "王小明", "telephone": "138 0013 1234", "email": "w@example.org"}
        personal.correct(connection, ref, {"name": "王大明"}, actor=OFFICER)
        assert personal.masked(connection, [ref]) == {ref: {"name": "王**"}}
        personal.erase(connection, ref, actor=OFFICER)
        assert personal.masked(connection, [ref]) == {}
        for act in (
            lambda: personal.look(connection, ref, actor=OFFICER, why="case:12"),
            lambda: personal.erase(connection, ref, actor=OFFICER),
            lambda: personal.correct(connection, ref, WANG, actor=OFFICER),
        ):
            with pytest.raises(NotFound):
                act()
        assert notes(connection) == [
            ("account:7", "personal.look", f"personal:{ref}"),
            ("account:7", "personal.need", "case:12"),
            ("account:7", "personal.correct", f"personal:{ref}"),
            ("account:7", "personal.erase", f"personal:{ref}"),
        ]


def test_whatever_changes_what_is_kept_is_noted_by_reference(engine: Engine) -> None:
    with engine.begin() as connection:
        ref = personal.keep(connection, "reporter", WANG)
        act_as(connection, OFFICER)
        personal.correct(connection, ref, {"name": "y"}, actor=Actor("cli"))
        one = personal_table.c.id == ref
        connection.execute(update(personal_table).where(one).values(fields={"name": "x"}))
        connection.execute(delete(personal_table).where(one))
        # What the code said of its own change is over with it.
        assert notes(connection) == [
            ("cli", "personal.correct", f"personal:{ref}"),
            ("account:7", "personal.update", f"personal:{ref}"),
            ("account:7", "personal.delete", f"personal:{ref}"),
        ]


def test_nothing_of_a_person_is_left_in_the_database_once_erased(engine: Engine) -> None:
    with engine.begin() as connection:
        ref = personal.keep(connection, "reporter", WANG)
        personal.look(connection, ref, actor=OFFICER, why="case:12")
        personal.erase(connection, ref, actor=OFFICER)
    with engine.connect() as connection:
        for table in ("personal", "audit_event"):
            rows = connection.scalars(text(f"SELECT to_jsonb(t)::text FROM gisgrid.{table} t"))
            told = json.dumps(rows.all(), ensure_ascii=False)
            assert not [word for word in WANG.values() if word.strip() and word in told]


def test_who_sent_a_tip_is_for_those_who_see_what_is_confidential(engine: Engine) -> None:
    with engine.begin() as connection:
        ref = personal.keep(connection, "sender", WANG)
        look_as(connection, EVERYTHING)
        assert personal.masked(connection, [ref]) == {}
        with pytest.raises(NotFound):
            personal.look(connection, ref, actor=OFFICER, why="case:12")
        with pytest.raises(NotFound):
            personal.erase(connection, ref, actor=OFFICER)
        look_as(connection, CONFIDENTIAL)
        assert personal.masked(connection, [ref])[ref]["name"] == "王**"
        assert personal.look(connection, ref, actor=OFFICER, why="case:12")["name"] == "王小明"


def test_somebody_who_asks_is_found_by_their_telephone(engine: Engine) -> None:
    with engine.begin() as connection:
        refs = [personal.keep(connection, "reporter", WANG) for _ in range(2)]
        personal.keep(connection, "reporter", WANG | {"telephone": "13800131235"})
        personal.keep(connection, "reporter", {"name": "王小明"})
        secret = personal.keep(connection, "sender", WANG)
        assert personal.find(connection, "138-0013-1234", actor=OFFICER) == refs
        assert [action for _, action, _ in notes(connection)] == ["personal.find"] * 2
        look_as(connection, CONFIDENTIAL)
        assert personal.find(connection, "13800131234", actor=OFFICER) == [*refs, secret]
        assert personal.find(connection, "", actor=OFFICER) == []


def test_what_was_to_be_kept_for_a_time_is_erased_after_it(engine: Engine) -> None:
    now = datetime.now(UTC)
    with engine.begin() as connection:
        short = personal.keep(connection, "reporter", WANG, until=now + timedelta(days=3))
        usual = personal.keep(connection, "sender", WANG)
        staff = personal.keep(connection, "staff", WANG)
        look_as(connection, CONFIDENTIAL)
        everyone = [short, usual, staff]
        assert personal.expire(connection, now + timedelta(days=2)) == 0
        assert personal.expire(connection, now + timedelta(days=4)) == 1
        assert set(personal.masked(connection, everyone)) == {usual, staff}
        assert personal.expire(connection, now + timedelta(days=366)) == 1
        assert set(personal.masked(connection, everyone)) == {staff}
        assert notes(connection) == [
            ("system", "personal.expire", f"personal:{ref}") for ref in (short, usual)
        ]


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [("anybody", WANG, "kind"), ("staff", {"name": "x" * 201}, "200 characters")],
)
def test_what_cannot_be_kept_is_refused(engine: Engine, kind, fields, said) -> None:
    with engine.begin() as connection, pytest.raises(InputError, match=said):
        personal.keep(connection, kind, fields)


def test_a_name_cannot_be_noted(engine: Engine) -> None:
    with engine.begin() as connection:
        ref = personal.keep(connection, "staff", WANG)
        for why in ("because of 王小明", "telephone 138 0013 1234"):
            with pytest.raises(InputError, match="references only"):
                personal.look(connection, ref, actor=OFFICER, why=why)


def test_the_page_about_privacy_says_how_long_each_kind_is_kept() -> None:
    page = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("|")]
    for kind, kept in personal.KINDS.items():
        (row,) = [line for line in rows if f"kind `{kind}`" in line]
        assert ("until erased" if kept is None else f"{kept.days} days") in row
