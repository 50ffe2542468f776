"""What people teach about addresses over HTTP, and how soon look-ups know it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, insert, text
from starlette.testclient import TestClient

from api.addresses import shadow as shadow_module
from api.addresses.shadow import AddressShadow
from api.app import create_app
from api.logs import Log
from gisgrid.address.book import AddressBook
from gisgrid.errors import DatabaseError
from gisgrid.settings import Settings
from gisgrid.store.addresses import add_alias
from gisgrid.store.engine import make_engine
from gisgrid.store.tables import address

from .waiting import PATIENCE, until


@pytest.fixture(scope="module")
def taught(clone: Callable[[str], str], village_template: str) -> Iterator[Engine]:
    """A village of the houses 村路0号 to 村路99号 whose names these tests teach."""
    made = make_engine(clone(village_template))
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def client(taught: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shadow_module, "_LOOK_EVERY", 0.05)
        patch.setattr(shadow_module, "_REST", 1)
        with TestClient(
            create_app(settings, engine=taught, demo=True),
            client=("127.0.0.1", 50_000),
            base_url="http://127.0.0.1",
        ) as made:
            yield made


def look(client: TestClient, words: str) -> dict[str, Any]:
    answer = client.get("/v1/resolve", params={"address": words})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def alias(client: TestClient, name: str, means: str = "村路", kind: str = "other") -> Any:
    body = {"name": name, "means": means, "kind": kind}
    return client.post("/v1/addresses/aliases", json=body)


def test_a_name_is_learnt_and_ended(client: TestClient) -> None:
    assert look(client, "老虎街7号")["status"] != "found"
    made = alias(client, "老虎街", kind="old-name")
    assert made.status_code == 201, made.text
    content = made.json()
    assert (content["name"], content["means"], content["kind"]) == ("老虎街", "村路", "old-name")
    assert content["made_by"] == "demo"
    assert content["ended_at"] is None
    until(lambda: look(client, "老虎街7号")["status"] == "found")
    assert look(client, "老虎街7号")["candidates"][0]["address"] == "村路7号"
    path = f"/v1/addresses/aliases/{content['id']}"
    ended = client.delete(path)
    assert ended.json()["ended_by"] == "demo"
    assert client.delete(path).status_code == 409
    assert client.delete("/v1/addresses/aliases/999999").status_code == 404
    until(lambda: look(client, "老虎街7号")["status"] != "found")
    past = client.get("/v1/addresses/aliases", params={"ended": True}).json()["aliases"]
    assert content["id"] in [one["id"] for one in past]


def test_aliases_are_listed_page_by_page(client: TestClient) -> None:
    for name in ("东头老街", "西头老街", "南头老街"):
        assert alias(client, name).status_code == 201
    named, path = [], "/v1/addresses/aliases?limit=2"
    while path:
        answer = client.get(path)
        assert answer.headers["cache-control"] == "private, no-cache"
        page = answer.json()
        assert len(page["aliases"]) <= 2
        named += [one["name"] for one in page["aliases"]]
        path = page["next"]
    assert [name for name in named if name.endswith("头老街")] == [
        "东头老街",
        "西头老街",
        "南头老街",
    ]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "新名", "means": "没有的路"}, 422),
        ({"name": "12号", "means": "村路"}, 422),
        ({"name": "新名", "means": "村路", "kind": "joke"}, 422),
        ({"name": "新名\u0000", "means": "村路"}, 422),
        ({"name": "新名"}, 422),
        ({"name": "新名", "means": "村路", "more": 1}, 422),
    ],
)
def test_a_name_that_cannot_be_is_refused(
    client: TestClient, body: dict[str, Any], status: int
) -> None:
    answer = client.post("/v1/addresses/aliases", json=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_text_is_sent_in_decided_and_known(client: TestClient) -> None:
    sent = client.post("/v1/addresses/reviews", json={"text": "石狮子巷12号"})
    assert sent.status_code == 201, sent.text
    review = sent.json()
    assert (review["state"], review["source"], review["seen"]) == ("open", "http", 1)
    again = client.post("/v1/addresses/reviews", json={"text": "石狮子巷１２号"}).json()
    assert (again["id"], again["seen"]) == (review["id"], 2)
    waiting = client.get("/v1/addresses/reviews").json()["reviews"]
    mine = next(one for one in waiting if one["id"] == review["id"])
    assert isinstance(mine["candidates"], list)
    twelve = look(client, "村路12号")["candidates"][0]["id"]
    path = f"/v1/addresses/reviews/{review['id']}"
    body = {"address_id": twelve, "alias": "石狮子巷", "kind": "old-name"}
    decided = client.post(f"{path}/decision", json=body)
    assert decided.status_code == 200, decided.text
    assert (decided.json()["state"], decided.json()["chosen"]) == ("decided", "村路12号")
    assert client.post(f"{path}/decision", json=body).status_code == 409
    # The name that was learnt answers for other numbers too.
    until(lambda: look(client, "石狮子巷13号")["status"] == "found")
    assert look(client, "石狮子巷13号")["candidates"][0]["address"] == "村路13号"
    listed = client.get("/v1/addresses/reviews", params={"state": "decided"}).json()["reviews"]
    assert [one["chosen"] for one in listed if one["id"] == review["id"]] == ["村路12号"]
    back = client.delete(f"{path}/decision")
    assert (back.json()["state"], back.json()["chosen"]) == ("open", "")
    assert client.post(f"{path}/dismiss").json()["state"] == "dismissed"
    assert client.post(f"{path}/dismiss").status_code == 409


def test_a_decision_alone_answers_for_its_text(client: TestClient) -> None:
    review = client.post("/v1/addresses/reviews", json={"text": "老祖宗的房子"}).json()
    five = look(client, "村路5号")["candidates"][0]["id"]
    path = f"/v1/addresses/reviews/{review['id']}/decision"
    assert client.post(path, json={"address_id": five}).json()["alias_id"] is None
    until(lambda: look(client, "老祖宗的房子")["status"] == "found")
    assert look(client, "老祖宗的房子")["candidates"][0]["address"] == "村路5号"
    client.delete(path)
    until(lambda: look(client, "老祖宗的房子")["status"] != "found")


def test_what_was_sent_in_is_listed_with_what_it_may_mean(client: TestClient) -> None:
    review = client.post("/v1/addresses/reviews", json={"text": "村路"}).json()
    waiting = client.get("/v1/addresses/reviews").json()["reviews"]
    mine = next(one for one in waiting if one["id"] == review["id"])
    assert mine["candidates"] == look(client, "村路")["candidates"]
    assert len(mine["candidates"]) > 1


@pytest.mark.parametrize("words", ["", "村\u0000路", "弄" * 1_001, "弄" * 500])
def test_a_text_that_cannot_be_kept_is_refused(client: TestClient, words: str) -> None:
    assert client.post("/v1/addresses/reviews", json={"text": words}).status_code == 422


def test_there_is_nothing_to_decide_of_what_is_found(client: TestClient) -> None:
    refused = client.post("/v1/addresses/reviews", json={"text": "村路12号"})
    assert refused.status_code == 409
    for path in ("decision", "dismiss"):
        body = {"address_id": 1} if path == "decision" else None
        assert client.post(f"/v1/addresses/reviews/999999/{path}", json=body).status_code == 404


def test_looking_up_and_refusing_write_nothing(taught: Engine, settings: Settings) -> None:
    count = text(
        "SELECT (SELECT count(*) FROM gisgrid.address_alias),"
        " (SELECT count(*) FROM gisgrid.address_review)"
    )
    with taught.connect() as connection:
        before = connection.execute(count).one()
    with TestClient(create_app(settings, engine=taught, demo=True)) as refused:
        assert alias(refused, "某某街").status_code == 403
        body = {"text": "某某街1号"}
        assert refused.post("/v1/addresses/reviews", json=body).status_code == 403
        assert refused.get("/v1/resolve", params={"address": "某某街1号"}).status_code == 200
        assert refused.get("/v1/addresses/reviews").status_code == 403
        assert refused.get("/v1/addresses/aliases").status_code == 200
    with taught.connect() as connection:
        assert connection.execute(count).one() == before


def test_the_old_book_answers_until_the_new_one_is_made(
    taught: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    shadow = AddressShadow(taught, Log())
    monkeypatch.setattr(shadow_module, "_LOOK_EVERY", 0.01)
    first = shadow.present
    try:
        assert shadow.present is first or shadow.present.book is first.book
        began, go = threading.Event(), threading.Event()
        read = shadow_module.read_book

        def slowly(connection: Any) -> AddressBook:
            began.set()
            assert go.wait(PATIENCE)
            return read(connection)

        monkeypatch.setattr(shadow_module, "read_book", slowly)
        row = {"source_id": "new", "point": "SRID=4326;POINT(121.21 31.31)", "text": "新村路1号"}
        with taught.begin() as connection:
            connection.execute(insert(address).values(row))
        assert began.wait(PATIENCE)
        assert shadow.present.book is first.book
        go.set()
        until(lambda: shadow.present.book is not first.book)
        assert shadow.present.book.resolve("新村路1号").status == "found"
        assert shadow.present.state != first.state
    finally:
        go.set()
        shadow.stop()


def test_what_is_written_elsewhere_makes_no_new_book(
    taught: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadow_module, "_LOOK_EVERY", 0.01)
    shadow = AddressShadow(taught, Log())
    try:
        first = shadow.present
        with taught.begin() as connection:
            connection.execute(text("UPDATE gisgrid.hazard SET subject = subject || '.'"))
        until(lambda: shadow.present.moment != first.moment)
        assert shadow.present.book is first.book
    finally:
        shadow.stop()


def test_many_who_ask_first_share_one_reading(
    taught: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, times = shadow_module.read_book, []

    def counted(connection: Any) -> AddressBook:
        times.append(1)
        return read(connection)

    monkeypatch.setattr(shadow_module, "read_book", counted)
    shadow = AddressShadow(taught, Log())
    try:
        books = []
        threads = [threading.Thread(target=lambda: books.append(shadow.present)) for _ in range(8)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert len(times) == 1
        assert len(books) == 8
        assert len({id(one.book) for one in books}) == 1
    finally:
        shadow.stop()


def test_a_reading_that_fails_is_tried_again_and_never_waited_for_without_end(
    taught: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = shadow_module.read_book

    def fail(connection: Any) -> AddressBook:
        raise DatabaseError("away")

    monkeypatch.setattr(shadow_module, "read_book", fail)
    monkeypatch.setattr(shadow_module, "_PATIENCE", 0.01)
    shadow = AddressShadow(taught, Log())
    try:
        with pytest.raises(DatabaseError, match="away"):
            _ = shadow.present
        with shadow._first, pytest.raises(DatabaseError, match="still being read"):
            _ = shadow.present
        monkeypatch.setattr(shadow_module, "read_book", read)
        first = shadow.present
        with taught.begin() as connection:
            add_alias(connection, "失败街", "村路")
        assert first.book.resolve("村路3号").status == "found"
    finally:
        shadow.stop()


def test_a_later_reading_that_fails_leaves_the_old_book(
    taught: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadow_module, "_LOOK_EVERY", 0.01)
    failed = threading.Event()
    shadow = AddressShadow(taught, Log())
    try:
        first = shadow.present
        read = shadow_module.read_book

        def fail(connection: Any) -> AddressBook:
            failed.set()
            raise DatabaseError("away")

        monkeypatch.setattr(shadow_module, "read_book", fail)
        with taught.begin() as connection:
            add_alias(connection, "再试街", "村路")
        assert failed.wait(PATIENCE)
        assert shadow.present.book is first.book
        monkeypatch.setattr(shadow_module, "read_book", read)
        until(lambda: shadow.present.book is not first.book)
        assert shadow.present.book.resolve("再试街3号").status == "found"
    finally:
        shadow.stop()
