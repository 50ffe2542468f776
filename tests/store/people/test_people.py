"""People, their posts, and who may see them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, func, select

from gisgrid.access import Actor, Sight
from gisgrid.errors import Conflict, InputError, NotFound
from gisgrid.store import people
from gisgrid.store.grids import ids_by_code
from gisgrid.store.people import Department, NewPerson, NewPost, PartyCount, Team
from gisgrid.store.scope import look_as
from gisgrid.store.tables import audit_event, person, personal, post
from tests.towns import publish_rows, square

ACTOR = Actor("account:7")
# After the town was published, which each test finds done.
NOW = datetime.now(UTC) + timedelta(days=1)
EARLY = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def connection(town: Engine) -> Iterator[Connection]:
    """A transaction that leaves nothing behind."""
    with town.connect() as made, made.begin() as transaction:
        yield made
        if transaction.is_active:
            transaction.rollback()


def staff(
    connection: Connection, code: str, grid: str, kind: str = "member", own_post: str = ""
) -> int:
    people.put_person(connection, NewPerson(code, name=f"员{code}"), actor=ACTOR)
    return people.put_post(connection, NewPost(code, grid, kind, EARLY, own_post=own_post))


def within(connection: Connection, *codes: str) -> Connection:
    ids = ids_by_code(connection, codes)
    return look_as(connection, Sight(grids=frozenset(ids.values())))


def test_somebody_holds_posts_in_several_grids_but_in_each_only_once(
    connection: Connection,
) -> None:
    first = staff(connection, "p1", "A1U1M1")
    people.put_post(connection, NewPost("p1", "A1U1M2", "member", EARLY))
    with pytest.raises(Conflict, match="holds a post"):
        people.put_post(connection, NewPost("p1", "A1U1M1", "chief", NOW))
    people.end_post(connection, first, NOW)
    people.put_post(connection, NewPost("p1", "A1U1M1", "chief", NOW))
    held = people.posts(connection, NOW, person_code="p1")
    assert [(one.grid, one.kind) for one in held] == [("A1U1M2", "member"), ("A1U1M1", "chief")]
    ever = people.posts(connection, NOW, person_code="p1", past=True)
    assert len(ever) == 3


def test_a_deputy_keeps_the_post_beside(connection: Connection) -> None:
    staff(connection, "p1", "A1", "deputy", own_post="马陆派出所所长")
    (found,) = people.posts(connection, NOW, grid_code="A1")
    assert (found.kind, found.own_post, found.name) == ("deputy", "马陆派出所所长", "员p1")


def test_a_post_needs_a_kind_and_an_end_after_its_start(connection: Connection) -> None:
    people.put_person(connection, NewPerson("p1"), actor=ACTOR)
    with pytest.raises(InputError, match="kind of post"):
        people.put_post(connection, NewPost("p1", "A1", "boss", EARLY))
    with pytest.raises(InputError, match="ends after"):
        people.put_post(connection, NewPost("p1", "A1", "chief", NOW, EARLY))
    with pytest.raises(NotFound, match="no grid has this code now"):
        people.put_post(connection, NewPost("p1", "A9", "chief", EARLY))
    with pytest.raises(NotFound, match="nobody has this code"):
        people.put_post(connection, NewPost("p9", "A1", "chief", EARLY))


def test_telephones_are_kept_apart_and_looking_is_logged(connection: Connection) -> None:
    new = NewPerson("p1", "王小明", "13812341234", "社工")
    people.put_person(connection, new, actor=ACTOR)
    people.put_post(connection, NewPost("p1", "A1U1M1", "member", EARLY))
    stored = connection.execute(select(person)).one()
    assert "13812341234" not in repr(stored)
    assert people.telephone(connection, "p1", actor=ACTOR) == "13812341234"
    actions = connection.scalars(
        select(audit_event.c.action).where(audit_event.c.action.like("personal.%"))
    ).all()
    assert "personal.look" in actions
    people.forget(connection, "p1", actor=ACTOR)
    assert people.person_by_code(connection, "p1").name == ""
    assert connection.scalar(select(func.count()).where(personal.c.fields.is_not(None))) == 0
    assert people.telephone(connection, "p1", actor=ACTOR) == ""
    assert len(people.posts(connection, NOW)) == 1


def test_telling_of_somebody_again_changes_what_is_told_and_no_more(
    connection: Connection,
) -> None:
    people.put_person(connection, NewPerson("p1", "甲", "13812341234", "社工"), actor=ACTOR)
    people.put_person(connection, NewPerson("p1", department="market"), actor=ACTOR)
    people.put_person(connection, NewPerson("p1", telephone="13900000000"), actor=ACTOR)
    (found,) = people.persons(connection)
    assert (found.name, found.home_job, found.department) == ("甲", "社工", "market")
    assert people.telephone(connection, "p1", actor=ACTOR) == "13900000000"
    with pytest.raises(NotFound, match="department"):
        people.put_person(connection, NewPerson("p1", department="none"), actor=ACTOR)


def test_nobody_of_another_area_is_seen_or_given_a_post(connection: Connection) -> None:
    staff(connection, "p1", "A1U1M1")
    theirs = staff(connection, "p2", "A2U1M1")
    looking = within(connection, "A1")
    assert [one.code for one in people.persons(looking)] == ["p1"]
    assert [one.person for one in people.posts(looking, NOW, past=True)] == ["p1"]
    refusals = (
        lambda: people.person_by_code(looking, "p2"),
        lambda: people.telephone(looking, "p2", actor=ACTOR),
        lambda: people.forget(looking, "p2", actor=ACTOR),
        lambda: people.put_person(looking, NewPerson("p2", "乙"), actor=ACTOR),
        lambda: people.put_post(looking, NewPost("p2", "A1U1M1", "member", NOW)),
        lambda: people.put_post(looking, NewPost("p1", "A2U1M1", "member", NOW)),
        lambda: people.end_post(looking, theirs, NOW),
    )
    for refused in refusals:
        with pytest.raises(NotFound):
            refused()
    assert {one.code for one in people.staffing(looking, NOW).grids} >= {"A1", "A1U2M4"}
    assert not any(one.code.startswith("A2") for one in people.staffing(looking, NOW).grids)


def test_what_is_out_of_sight_and_what_is_not_there_are_refused_in_the_same_words(
    connection: Connection,
) -> None:
    staff(connection, "p2", "A2U1M1")
    looking = within(connection, "A1")
    said = []
    for code in ("p2", "p9"):
        with pytest.raises(NotFound) as refused:
            people.person_by_code(looking, code)
        said.append(str(refused.value).replace(code, "…"))
    for code in ("A2U1M1", "A9"):
        with pytest.raises(NotFound) as refused:
            people.put_post(looking, NewPost("px", code, "member", NOW))
        said.append(str(refused.value).replace(code, "…"))
    assert said[0] == said[1]
    assert said[2] == said[3]


def test_staffing_counts_members_and_adds_up_what_is_missing(connection: Connection) -> None:
    for number in range(5):
        staff(connection, f"p{number}", "A1U1M1")
    staff(connection, "q1", "A1U1M2")
    staff(connection, "q2", "A1U1M2", "chief")
    told = people.staffing(connection, NOW, per_micro=3)
    by_code = {one.code: one for one in told.grids}
    crowded, thin = by_code["A1U1M1"], by_code["A1U1M2"]
    assert (crowded.have, crowded.missing) == (5, 0)
    assert (thin.have, thin.missing, thin.parent) == (1, 2, "A1U1")
    unit = by_code["A1U1"]
    assert (unit.micros, unit.wanted, unit.have, unit.missing, unit.short) == (4, 12, 6, 8, 3)
    assert by_code["A1"].missing == 8 + 12
    assert [len(told.of(level)) for level in ("area", "unit", "micro")] == [2, 4, 16]
    assert by_code["A1U1"].wanted == sum(
        one.wanted for one in told.of("micro") if one.parent == "A1U1"
    )


def test_a_post_that_is_over_or_to_come_does_not_count(connection: Connection) -> None:
    people.put_person(connection, NewPerson("p1"), actor=ACTOR)
    yesterday, tomorrow = NOW - timedelta(days=1), NOW + timedelta(days=1)
    people.put_post(connection, NewPost("p1", "A1U1M1", "member", EARLY, yesterday))
    people.put_post(connection, NewPost("p1", "A1U1M1", "member", tomorrow))
    have = {
        at: {one.code: one.have for one in people.staffing(connection, at).grids}["A1U1M1"]
        for at in (NOW, tomorrow)
    }
    assert have == {NOW: 0, tomorrow: 1}


def test_posts_of_a_grid_that_ended_are_told_as_such(town: Engine) -> None:
    with town.begin() as connection:
        staff(connection, "p1", "A1U1M1")
        rows = [("A1U1N", "A1U1", square(0, 0, 2, 2))]
        publish_rows(connection, "micro", rows, replaces="A1U1")
    with town.connect() as connection:
        told = people.staffing(connection, NOW)
        assert [(one.person, one.grid) for one in told.ended] == [("p1", "A1U1M1")]
        assert "A1U1M1" not in {one.code for one in told.grids}


def test_departments_are_data(connection: Connection) -> None:
    named = {one.name_zh for one in people.departments(connection) if one.kind == "line"}
    assert named == {"城管", "市场监管", "司法", "房办"}
    rows = [Department(f"line-{number}", "line", f"条线{number}") for number in range(17)]
    assert people.put_departments(connection, rows) == 17
    assert people.put_departments(connection, rows) == 0
    assert people.put_departments(connection, [Department("market", "line", "市场")]) == 1
    lines = [one for one in people.departments(connection) if one.kind == "line"]
    assert len(lines) == 21
    with pytest.raises(InputError, match="kind"):
        people.put_departments(connection, [Department("x", "club", "x")])


def test_the_last_count_until_a_day_is_told(connection: Connection) -> None:
    rows = [
        PartyCount("A1U1", 3, 40, date(2024, 1, 1), "报道", "余"),
        PartyCount("A1U1", 4, 50, date(2024, 9, 1)),
        PartyCount("A2U1", 1, 9, date(2024, 1, 1)),
    ]
    assert people.put_party(connection, rows) == 3
    assert people.put_party(connection, rows) == 0
    assert people.party_counts(connection, NOW) == rows[1:]
    assert people.party_counts(within(connection, "A1"), NOW) == rows[1:2]


def test_a_team_is_of_a_grid_and_cannot_be_taken_over_from_another(
    connection: Connection,
) -> None:
    one = Team("t1", "A1U1", "volunteers", "志愿者", 100, date(2024, 1, 1), qualifier="近")
    assert people.put_teams(connection, [one]) == 1
    assert people.teams(connection, NOW) == [one]
    looking = within(connection, "A2")
    assert people.teams(looking, NOW) == []
    with pytest.raises(InputError, match="taken"):
        people.put_teams(looking, [Team("t1", "A2", "coalition", "x", 1, date(2024, 1, 1))])


def test_the_database_keeps_posts_from_overlapping(connection: Connection) -> None:
    staff(connection, "p1", "A1U1M1")
    names = {one["name"] for one in _exclusions(connection)}
    assert "ex_post_person_id_grid_id_valid" in names
    assert connection.scalar(select(func.count()).select_from(post)) == 1


def _exclusions(connection: Connection) -> list[dict[str, str]]:
    from sqlalchemy import text

    query = text(
        "SELECT conname AS name FROM pg_constraint "
        "WHERE conrelid = 'gisgrid.post'::regclass AND contype = 'x'"
    )
    return [dict(row._mapping) for row in connection.execute(query)]
