"""People, posts and counts over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, select
from starlette.testclient import TestClient

from api.app import create_app
from gisgrid.access import Actor
from gisgrid.settings import Settings
from gisgrid.store import people
from gisgrid.store.engine import make_engine
from gisgrid.store.people import NewPerson, NewPost, Team
from gisgrid.store.tables import audit_event, personal

from .signing import signed_in

ACTOR = Actor("cli")
EARLY = datetime(2020, 1, 1, tzinfo=UTC)
DAY = date(2024, 9, 15)


@pytest.fixture(scope="module")
def engine(clone: Callable[[str], str], town_template: str) -> Iterator[Engine]:
    """The town, for all tests of this module; each has people of its own."""
    made = make_engine(clone(town_template))
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def client(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Somebody who may do everything."""
    app = create_app(Settings(home=tmp_path_factory.mktemp("home")), engine=engine, demo=True)
    with TestClient(app, client=("127.0.0.1", 50_000), base_url="http://127.0.0.1") as made:
        yield made


def test_somebody_is_put_on_record_and_given_a_post(client: TestClient) -> None:
    new = {"code": "w1", "name": "王小明", "telephone": "13812341234", "home_job": "社工"}
    made = client.post("/v1/people", json=new)
    assert made.status_code == 200, made.text
    assert "13812341234" not in made.text
    assert made.json()["telephone"] is True
    told = {"person": "w1", "grid": "A1U1M1", "kind": "member", "since": "2024-01-01"}
    post = client.post("/v1/posts", json=told).json()
    (found,) = client.get("/v1/posts", params={"person": "w1"}).json()["posts"]
    assert (found["grid"], found["name"], found["since"][:10]) == ("A1U1M1", "王小明", "2024-01-01")
    again = client.post("/v1/posts", json=told)
    assert again.status_code == 409
    ended = client.post(f"/v1/posts/{post['id']}/end", json={})
    assert ended.status_code == 200
    assert client.get("/v1/posts", params={"person": "w1"}).json()["posts"] == []
    past = client.get("/v1/posts", params={"person": "w1", "past": True}).json()["posts"]
    assert past[0]["until"] is not None


def test_a_telephone_number_is_shown_to_those_who_may_and_that_is_on_record(
    client: TestClient, engine: Engine
) -> None:
    client.post("/v1/people", json={"code": "t1", "name": "李", "telephone": "13900001111"})
    shown = client.get("/v1/people/t1/telephone")
    assert shown.json()["telephone"] == "13900001111"
    assert "no-store" in shown.headers["cache-control"]
    with engine.connect() as connection:
        (ref,) = connection.scalars(
            select(personal.c.id).where(personal.c.fields["telephone"].astext == "13900001111")
        )
        looked = connection.scalars(
            select(audit_event.c.subject).where(audit_event.c.action == "personal.look")
        )
        assert f"personal:{ref}" in set(looked)
    assert client.delete("/v1/people/t1").json()["name"] == ""
    assert client.get("/v1/people/t1/telephone").json()["telephone"] == ""
    assert client.get("/v1/people/nobody/telephone").status_code == 404


def test_from_elsewhere_the_demo_shows_names_and_no_numbers(engine: Engine) -> None:
    app = create_app(Settings(), engine=engine, demo=True)
    with TestClient(app, client=("203.0.113.9", 50_000)) as guest:
        assert guest.get("/v1/people").status_code == 200
        assert guest.get("/v1/people/w1/telephone").status_code == 403
        assert guest.post("/v1/people", json={"code": "x"}).status_code == 403


@pytest.mark.parametrize("path", ["people", "posts", "teams", "party", "staffing", "departments"])
def test_without_a_key_nothing_is_told(engine: Engine, settings: Settings, path: str) -> None:
    with TestClient(create_app(settings, engine=engine)) as stranger:
        assert stranger.get(f"/v1/{path}").status_code == 401


def test_pages_of_people_hold_everybody_once(client: TestClient) -> None:
    for number in range(5):
        client.post("/v1/people", json={"code": f"page-{number}"})
    codes, address = [], "/v1/people?limit=2"
    while address:
        page = client.get(address).json()
        codes += [one["code"] for one in page["people"]]
        address = page["next"]
    assert codes == sorted(set(codes))
    assert {f"page-{number}" for number in range(5)} <= set(codes)


def test_staffing_tells_of_gaps(client: TestClient) -> None:
    client.post("/v1/people", json={"code": "s1"})
    told = {"person": "s1", "grid": "A2U2M4", "kind": "member", "since": "2024-01-01"}
    assert client.post("/v1/posts", json=told).status_code == 200
    found = client.get("/v1/staffing", params={"level": "micro", "gaps": True}).json()
    assert found["per_micro"] == 3
    by_code = {one["code"]: one for one in found["grids"]}
    assert by_code["A2U2M4"]["missing"] == 2
    assert by_code["A2U2M3"]["missing"] == 3


def test_counts_carry_their_day_and_their_source(client: TestClient) -> None:
    party = {"grid": "A1U1", "groups": 3, "members": 41, "as_of": "2024-09-15", "source": "报道"}
    assert client.post("/v1/party", json=party).json()["changed"] == 1
    assert client.post("/v1/party", json=party).json()["changed"] == 0
    told = client.get("/v1/party").json()
    assert (told["groups"], told["members"]) == (3, 41)
    team = {"code": "v", "grid": "A1U1", "kind": "volunteers", "name_zh": "志愿者", "people": 100}
    assert client.post("/v1/teams", json=team).status_code == 422
    team |= {"as_of": "2024-09-15", "qualifier": "近"}
    assert client.post("/v1/teams", json=team).status_code == 200
    assert client.get("/v1/teams").json()["teams"][0]["qualifier"] == "近"
    assert client.post("/v1/party", json=party | {"grid": "A9"}).status_code == 404
    assert client.post("/v1/party", json=party | {"as_of": "today"}).status_code == 422


def test_the_registry_of_departments_grows(client: TestClient) -> None:
    named = client.get("/v1/departments").json()["departments"]
    assert {"chengguan", "market", "justice", "housing"} <= {one["code"] for one in named}
    new = {"code": "line-5", "name_zh": "第五条线"}
    assert client.post("/v1/departments", json=new).json()["changed"] == 1
    assert len(client.get("/v1/departments").json()["departments"]) == len(named) + 1


def test_the_map_of_staffing_is_served_and_drawn_anew(client: TestClient) -> None:
    before = client.get("/maps/staffing")
    assert "text/html" in before.headers["content-type"]
    assert client.get("/maps/staffing").headers["etag"] == before.headers["etag"]
    client.post("/v1/people", json={"code": "m1"})
    told = {"person": "m1", "grid": "A2U1M1", "kind": "member", "since": "2024-01-01"}
    client.post("/v1/posts", json=told)
    assert client.get("/maps/staffing").headers["etag"] != before.headers["etag"]


def test_a_chief_manages_the_people_of_their_town_and_no_others(engine: Engine) -> None:
    app = create_app(Settings(), engine=engine)
    with TestClient(app) as chief, engine.connect() as connection:
        people.put_person(connection, NewPerson("out", "外", "13811112222"), actor=ACTOR)
        theirs = people.put_post(connection, NewPost("out", "A2U1M2", "member", EARLY))
        connection.commit()
        headers = signed_in(chief, engine, "chief", grids=["A1"])
        chief.headers.update(headers)
        new = {"code": "in", "name": "内", "telephone": "13900002222", "department": "market"}
        assert chief.post("/v1/people", json=new).status_code == 200
        told = {"person": "in", "grid": "A1U2M2", "kind": "member", "since": "2024-01-01"}
        assert chief.post("/v1/posts", json=told).status_code == 200
        assert chief.get("/v1/people/in/telephone").json()["telephone"] == "13900002222"
        party = {"grid": "A1U2", "groups": 1, "members": 9, "as_of": "2024-09-15"}
        assert chief.post("/v1/party", json=party).status_code == 200
        refusals = [
            chief.get("/v1/people/out/telephone"),
            chief.delete("/v1/people/out"),
            chief.post("/v1/people", json=new | {"code": "out"}),
            chief.post("/v1/posts", json=told | {"person": "out"}),
            chief.post("/v1/posts", json=told | {"grid": "A2U1M2"}),
            chief.post(f"/v1/posts/{theirs}/end", json={}),
            chief.post("/v1/party", json=party | {"grid": "A2U1"}),
        ]
        assert [one.status_code for one in refusals] == [404] * 7
        team = {"code": "ours", "kind": "volunteers", "name_zh": "x", "people": 1}
        team |= {"as_of": "2024-09-15"}
        people.put_teams(connection, [Team("theirs", "A2", "volunteers", "y", 2, DAY)])
        connection.commit()
        assert chief.post("/v1/teams", json=team | {"grid": "A1U2"}).status_code == 200
        stolen = chief.post("/v1/teams", json=team | {"grid": "A1U2", "code": "theirs"})
        assert (stolen.status_code, "taken" in stolen.text) == (422, True)
        for path in ("people", "posts?past=true", "staffing", "teams", "party"):
            seen = chief.get(f"/v1/{path}").text
            assert "A2" not in seen
            assert '"out"' not in seen
        assert "A2U1M2" not in chief.get("/maps/staffing").text
        assert chief.post("/v1/departments", json={"code": "z", "name_zh": "z"}).status_code == 403


@pytest.mark.parametrize(
    ("role", "reads", "manages", "measures"),
    [
        ("member", 200, 403, 403),
        ("officer", 200, 403, 200),
        ("chief", 200, 422, 200),
        ("admin", 200, 422, 200),
        ("client", 403, 403, 403),
    ],
)
def test_who_may_read_and_who_may_manage(
    engine: Engine, role: str, reads: int, manages: int, measures: int
) -> None:
    with TestClient(create_app(Settings(), engine=engine)) as one:
        one.headers.update(signed_in(one, engine, role, grids=["A1"]))
        assert one.get("/v1/people").status_code == reads
        assert one.get("/v1/posts").status_code == reads
        assert one.post("/v1/people", json={}).status_code == manages
        for path in ("/v1/staffing", "/v1/measures", "/maps/staffing"):
            assert one.get(path).status_code == measures
