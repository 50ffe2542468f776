"""Tables without geometry under the role of the web service: out of sight is out of reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import Connection, Engine, text

from gisgrid.access import NOTHING, Actor, Sight
from gisgrid.store import personal
from gisgrid.store.cases.reporting import NewCase, report
from gisgrid.store.engine import make_engine, serve_from, snapshot
from gisgrid.store.scope import blind, look_as
from tests.towns import SIDE, SOUTH, WEST

MEMBER = Actor("account:1")
WHOLE = Sight(whole=True)
ALL = Sight(whole=True).disclosed()
NO_SECRET = {"near", "away"}

# Rows that hang on a case in each square: `{}` is the square's mark, `:case` the case's id.
ROWS = """
INSERT INTO gisgrid.case_note (id, case_id, words) VALUES (gen_random_uuid(), :case, :mark);
INSERT INTO gisgrid.case_call (case_id, department, role, clock, called_at, due_at)
    VALUES (:case, :mark, 'lead', 'urgent', now(), now());
INSERT INTO gisgrid.case_evidence (case_id, stage, jpeg, sha256, width, height, taken_on, actor_ref)
    VALUES (:case, 'before', 'x', encode(sha256('x'), 'hex'), 1, 1, now(), :mark);
INSERT INTO gisgrid.report_key (key_sha256, body_hmac, salt, case_id)
    VALUES (convert_to(:mark, 'UTF8'), 'x', 'x', :case);
INSERT INTO gisgrid.deliberation (case_id, subject, convener_ref) VALUES (:case, :mark, 'x');
INSERT INTO gisgrid.deliberation_attendee (deliberation_id, position, role)
    SELECT id, 1, :mark FROM gisgrid.deliberation WHERE case_id = :case;
INSERT INTO gisgrid.deliberation_entry (deliberation_id, kind, words, actor_ref)
    SELECT id, 'ruling', :mark, 'x' FROM gisgrid.deliberation WHERE case_id = :case;
INSERT INTO gisgrid.deliberation_option (deliberation_id, position, words)
    SELECT id, 1, :mark FROM gisgrid.deliberation WHERE case_id = :case;
INSERT INTO gisgrid.mediation (case_id, police_station, justice_office, law_firm, actor_ref)
    VALUES (:case, :mark, 'x', 'x', 'x');
INSERT INTO gisgrid.mediation_session (mediation_id, held_at, place, actor_ref)
    SELECT id, now(), :mark, 'x' FROM gisgrid.mediation WHERE case_id = :case;
INSERT INTO gisgrid.facility (source_id, point, kind)
    SELECT :mark, point, 'light' FROM gisgrid.case_file WHERE id = :case;
INSERT INTO gisgrid.facility_upkeep (facility_id, done_on, note)
    SELECT id, now(), :mark FROM gisgrid.facility WHERE source_id = :mark;
INSERT INTO gisgrid.facility_due (facility_id, reason, due_on, case_id)
    SELECT id, 'expiry', now(), :case FROM gisgrid.facility WHERE source_id = :mark;
INSERT INTO gisgrid.campaign (code, name_zh) VALUES (:mark, 'x');
INSERT INTO gisgrid.campaign_task (campaign_id, position, code, name_zh)
    SELECT id, 1, 'x', 'x' FROM gisgrid.campaign WHERE code = :mark;
INSERT INTO gisgrid.campaign_item (source_id, point, campaign_id, task_id)
    SELECT 'x', c.point, t.campaign_id, t.id FROM gisgrid.case_file AS c, gisgrid.campaign_task AS t
    JOIN gisgrid.campaign AS a ON a.id = t.campaign_id WHERE a.code = :mark AND c.id = :case;
INSERT INTO gisgrid.campaign_mark (item_id, author)
    SELECT i.id, :mark FROM gisgrid.campaign_item AS i
    JOIN gisgrid.campaign AS a ON a.id = i.campaign_id WHERE a.code = :mark;
INSERT INTO gisgrid.person (code, name) VALUES (:mark, :mark);
INSERT INTO gisgrid.post (person_id, grid_id, kind, valid)
    SELECT p.id, c.micro_id, 'member', '[2020-01-01,)' FROM gisgrid.person AS p,
    gisgrid.case_file AS c WHERE p.code = :mark AND c.id = :case;
INSERT INTO gisgrid.team (code, grid_id, kind, name_zh, people, as_of)
    SELECT :mark, micro_id, 'volunteers', :mark, 1, now() FROM gisgrid.case_file WHERE id = :case;
INSERT INTO gisgrid.party_count (grid_id, groups, members, as_of, source)
    SELECT micro_id, 1, 1, now(), :mark FROM gisgrid.case_file WHERE id = :case;
INSERT INTO gisgrid.patrol_plan (starts, ends, officers, officer_hours, seed, asked, revision,
    expected, covered) VALUES ('2024-05-01', '2024-05-02', 1, 1, 1, '{}', 1, 1, 1);
INSERT INTO gisgrid.patrol_stop (plan_id, officer, position, arrives, minutes, point, micro_id, why,
    expected, recent, name) SELECT (SELECT max(id) FROM gisgrid.patrol_plan), 0, 0, now(), 1,
    point, micro_id, 'asked', 1, 1, :mark FROM gisgrid.case_file WHERE id = :case;
INSERT INTO gisgrid.patrol_visit (stop_id, visited_at, visitor)
    SELECT id, now(), :mark FROM gisgrid.patrol_stop WHERE name = :mark
"""


@dataclass(frozen=True)
class Scene:
    """Two squares with one of everything in each, seen as the web service sees them."""

    engine: Engine
    ids: dict[str, int]


@pytest.fixture(scope="module")
def scene(clone, town_template: str) -> Iterator[Scene]:
    owner = make_engine(clone(town_template))
    with owner.begin() as connection:
        codes = "SELECT code, grid_id FROM gisgrid.grid_version"
        ids = {row.code: row.grid_id for row in connection.execute(text(codes))}
        for mark, x in (("near", 0.5), ("away", 7.5)):
            new = NewCase(
                category="unlicensed-stall",
                source="resident",
                lon=WEST + x * SIDE,
                lat=SOUTH + 0.5 * SIDE,
                description=mark,
            )
            ids[mark] = report(connection, new, Actor(mark)).id
            for statement in ROWS.split(";"):
                connection.execute(text(statement), {"case": ids[mark], "mark": mark})
        tip = NewCase(
            category="security-tip",
            source="tip",
            lon=WEST + 0.5 * SIDE,
            lat=SOUTH + 0.5 * SIDE,
            description="secret",
            reporter={"name": "secret"},
        )
        report(connection, tip, Actor("secret"))
        personal.keep(connection, "reporter", {"name": "near away"})
    web = blind(serve_from(owner, pool_size=2))
    yield Scene(web, ids)
    web.dispose()
    owner.dispose()


def guarded(connection: Connection) -> list[str]:
    query = text(
        "SELECT relname FROM pg_class WHERE relnamespace = 'gisgrid'::regnamespace "
        "AND relrowsecurity ORDER BY 1"
    )
    return list(connection.scalars(query))


def marks(connection: Connection) -> dict[str, set[str]]:
    """By table the marks of the rows that can be seen; JSON has bytes as hexadecimal digits."""
    return {
        table: {
            mark
            for row in connection.scalars(text(f"SELECT to_jsonb(t)::text FROM gisgrid.{table} t"))
            for mark in ("near", "away", "secret")
            if mark in row or mark.encode().hex() in row
        }
        for table in guarded(connection)
        if table not in ("personal", "facility_due", "post")
    }


def test_every_table_that_hangs_on_a_case_a_meeting_or_a_grid_is_guarded(engine: Engine) -> None:
    query = text(
        "SELECT DISTINCT table_name FROM information_schema.columns AS c "
        "WHERE table_schema = 'gisgrid' AND column_name IN ('case_id', 'deliberation_id', "
        "'mediation_id', 'facility_id', 'stop_id') AND NOT EXISTS (SELECT FROM "
        "information_schema.columns AS o WHERE o.table_schema = 'gisgrid' "
        "AND o.table_name = c.table_name AND o.column_name = 'point')"
    )
    with engine.connect() as connection:
        assert set(connection.scalars(query)) <= set(guarded(connection))


SIGHTS = {
    "nobody": (lambda ids: NOTHING, set()),
    "micro": (lambda ids: Sight(grids=frozenset({ids["A1U1M1"]})), {"near"}),
    "unit": (lambda ids: Sight(grids=frozenset({ids["A2U2"]})), {"away"}),
    "area": (lambda ids: Sight(grids=frozenset({ids["A1"]})), {"near"}),
    "two": (lambda ids: Sight(grids=frozenset({ids["A1"], ids["A2U2M2"]})), {"near", "away"}),
    "next": (lambda ids: Sight(grids=frozenset({ids["A1U1M2"], ids["A2U1"]})), set()),
    "whole": (lambda ids: WHOLE, {"near", "away"}),
}


@pytest.mark.parametrize("name", SIGHTS)
def test_rows_of_grids_out_of_sight_are_not_there(scene: Scene, name: str) -> None:
    sight, seen = SIGHTS[name]
    with snapshot(scene.engine) as connection:
        look_as(connection, sight(scene.ids))
        found = marks(connection)
        assert len(found) >= 16
        assert found == dict.fromkeys(found, seen)


@pytest.mark.parametrize(("police", "seen"), [("P1", {"near"}), ("P2", {"away"})])
def test_a_police_area_shows_what_lies_in_it(scene: Scene, police: str, seen: set[str]) -> None:
    with scene.engine.connect() as connection:
        look_as(connection, Sight(police=frozenset({scene.ids[police]})))
        found = marks(connection)
        # Teams and the like belong to grids, and no grid belongs to a police area.
        assert found.pop("team") == found.pop("party_count") == set()
        assert found == dict.fromkeys(found, seen)


def test_a_department_sees_the_cases_that_it_was_called_to(scene: Scene) -> None:
    with scene.engine.connect() as connection:
        look_as(connection, Sight(department="away"))
        found = marks(connection)
        of_cases = {name for name, seen in found.items() if seen}
        assert all(seen <= {"away"} for seen in found.values())
        assert {"case_text", "case_event", "case_call", "deliberation_entry"} <= of_cases
        assert not {"team", "patrol_stop", "facility_upkeep"} & of_cases


def test_what_is_confidential_needs_more_than_the_place(scene: Scene) -> None:
    here = frozenset({scene.ids["A1U1M1"]})
    for sight, seen in (
        (Sight(grids=here), {"near"}),
        (Sight(grids=here).disclosed(), {"near", "secret"}),
        (Sight(grids=frozenset({scene.ids["A2"]})).disclosed(), {"away"}),
        (ALL, {"near", "away", "secret"}),
        # A chief here who is the police of elsewhere, and the other way round.
        (Sight(grids=here) | Sight(grids=frozenset({scene.ids["A2"]})).disclosed(), NO_SECRET),
        (Sight(grids=here).disclosed() | Sight(whole=True), {"near", "away", "secret"}),
    ):
        with scene.engine.connect() as connection:
            look_as(connection, sight)
            found = marks(connection)
            assert found["case_text"] == found["case_event"] == seen
            people = connection.scalars(text("SELECT kind FROM gisgrid.personal")).all()
            assert ("sender" in people) == (sight.confidential is not None)


def test_a_sight_ends_with_its_connection_and_outlives_its_transaction(scene: Scene) -> None:
    count = text("SELECT count(*) FROM gisgrid.case_text")
    with scene.engine.connect() as connection:
        look_as(connection, WHOLE)
        assert connection.scalar(count) == 2
        connection.rollback()
        assert connection.scalar(count) == 2
        look_as(connection, NOTHING)
        assert connection.scalar(count) == 0
    with scene.engine.connect() as connection:
        assert connection.scalar(count) == 0


def test_rows_out_of_sight_are_neither_changed_nor_deleted(scene: Scene) -> None:
    with scene.engine.connect() as connection:
        look_as(connection, Sight(grids=frozenset({scene.ids["A1"]})))
        change = text("UPDATE gisgrid.case_note SET words = 'x'")
        assert connection.execute(change).rowcount == 1
        assert connection.execute(text("DELETE FROM gisgrid.case_text")).rowcount == 1
        connection.rollback()


def test_who_sees_nothing_can_report(scene: Scene) -> None:
    with scene.engine.connect() as connection:
        new = NewCase(
            category="unlicensed-stall",
            source="resident",
            lon=WEST + 0.5 * SIDE,
            lat=SOUTH + 0.5 * SIDE,
            coded=True,
        )
        assert report(connection, new, Actor("resident")).code
        connection.rollback()


def test_the_events_of_a_case_are_found_by_its_index(scene: Scene) -> None:
    with scene.engine.connect() as connection:
        look_as(connection, Sight(grids=frozenset({scene.ids["A1"]})))
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        query = text(
            "EXPLAIN SELECT * FROM gisgrid.case_event WHERE case_id = :id ORDER BY version"
        )
        plan = "\n".join(connection.scalars(query, {"id": scene.ids["near"]}))
        assert "uq_case_event_case_id_version" in plan
        assert "Index Cond: (case_id" in plan
