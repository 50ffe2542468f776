"""The review queue: sent in once, decided by a person, learnt from, and taken back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, Engine, delete

from gisgrid.errors import Conflict, InputError, NotFound
from gisgrid.store import addresses
from gisgrid.store.addresses import Review, Unsure, read_book
from gisgrid.store.tables import address
from tests.payloads import PAYLOADS

LANE = "上海市嘉定区马陆镇白银路288弄"


def send(connection: Connection, *texts: str, source: str = "test") -> list[int]:
    unsure = [Unsure(text, "unknown", "no-such-name") for text in texts]
    return addresses.enqueue(connection, unsure, source=source)


def row(connection: Connection, number: int) -> int:
    return addresses.address_called(connection, f"{LANE}{number}号")


def waiting(connection: Connection) -> list[Review]:
    return addresses.list_reviews(connection)


def test_the_same_text_in_any_writing_waits_once(connection: Connection) -> None:
    (first,) = send(connection, "老虎灶12号")
    assert send(connection, "五金店") != [first]
    (again,) = send(connection, " 老虎灶１２号 ", source="other")
    assert again == first
    one, other = waiting(connection)
    assert (one.seen, other.seen) == (2, 1)
    assert (one.text, one.source) == (" 老虎灶１２号 ", "other")
    assert one.first_seen < one.last_seen
    assert (other.status, other.reason, other.state) == ("unknown", "no-such-name", "open")
    assert addresses.list_reviews(connection, after=one.id, limit=5) == [other]
    assert addresses.list_reviews(connection, limit=1) == [one]


def test_texts_of_one_sending_are_counted_together(connection: Connection) -> None:
    texts = [Unsure("老虎灶12号", "unknown", seen=3), Unsure("老虎灶 12号", "ambiguous", seen=4)]
    assert len(set(addresses.enqueue(connection, texts, source="test"))) == 1
    (one,) = waiting(connection)
    assert (one.seen, one.status) == (7, "ambiguous")
    assert addresses.enqueue(connection, [], source="test") == []


@pytest.mark.parametrize(
    "text", ["", "  ", "\u200b", "路" * 201, "路" * 5000, "白银路\0", "\ud800号"]
)
def test_what_is_no_text_is_not_queued(connection: Connection, text: str) -> None:
    with pytest.raises(InputError):
        send(connection, "五金店", text)


def test_a_decision_is_remembered_for_the_text(connection: Connection) -> None:
    assert read_book(connection).resolve("五金店").status != "found"
    (number,) = send(connection, "五金店")
    done = addresses.decide(connection, number, row(connection, 12), author="li")
    assert (done.state, done.chosen, done.decided_by) == ("decided", f"{LANE}12号", "li")
    assert done.decided_at is not None
    assert waiting(connection) == []
    book = read_book(connection)
    for text in ("五金店", " 五金 店"):
        match = book.resolve(text)
        best = match.candidates[0]
        assert (match.status, best.text, best.score) == ("found", f"{LANE}12号", 1.0)
        assert best.notes == ("decided",)
    assert book.resolve("五金店3号").status != "found"


def test_a_decision_can_teach_a_name(connection: Connection) -> None:
    (number,) = send(connection, "马陆老虎灶12号")
    done = addresses.decide(
        connection, number, row(connection, 12), alias="老虎灶", kind="old-name", author="li"
    )
    (learnt,) = [one for one in addresses.list_aliases(connection) if one.id == done.alias_id]
    assert (learnt.name, learnt.means, learnt.kind) == ("老虎灶", LANE, "old-name")
    assert (learnt.source, learnt.made_by) == (f"review {number}", "li")
    assert read_book(connection).resolve("老虎灶5号").candidates[0].text == f"{LANE}5号"


def test_what_a_name_means_can_be_said(connection: Connection) -> None:
    (number,) = send(connection, "老虎灶东首")
    chosen = row(connection, 12)
    whole = (("老虎灶", "not plain"), ("老虎灶东首", "not plain"), ("茶馆", "does not have"))
    for alias, why in whole:
        with pytest.raises(InputError, match=why):
            addresses.decide(connection, number, chosen, alias=alias)
    done = addresses.decide(connection, number, chosen, alias="老虎灶", means="白银路")
    assert addresses.list_aliases(connection)[-1].id == done.alias_id


def test_a_dismissed_text_is_not_asked_again(connection: Connection) -> None:
    (number,) = send(connection, "五金店")
    assert addresses.dismiss(connection, number, author="li").state == "dismissed"
    assert send(connection, "五金店") == [number]
    assert waiting(connection) == []
    (one,) = addresses.list_reviews(connection, state="dismissed")
    assert (one.seen, one.decided_by) == (2, "li")


def test_a_decision_can_be_taken_back(connection: Connection) -> None:
    (number,) = send(connection, "五金店")
    with pytest.raises(Conflict, match="open"):
        addresses.reopen(connection, number)
    addresses.decide(connection, number, row(connection, 12))
    for decide_again in (
        lambda: addresses.decide(connection, number, row(connection, 11)),
        lambda: addresses.dismiss(connection, number),
    ):
        with pytest.raises(Conflict, match=f"review reopen {number}"):
            decide_again()
    back = addresses.reopen(connection, number)
    assert (back.state, back.address_id, back.chosen, back.decided_at) == ("open", None, "", None)
    assert read_book(connection).resolve("五金店").status != "found"
    assert addresses.decide(connection, number, row(connection, 11)).chosen == f"{LANE}11号"


def test_a_text_comes_back_when_its_address_is_gone(connection: Connection) -> None:
    (number,) = send(connection, "五金店")
    chosen = row(connection, 12)
    addresses.decide(connection, number, chosen)
    send(connection, "五金店")
    assert waiting(connection) == []
    connection.execute(delete(address).where(address.c.id == chosen))
    (kept,) = addresses.list_reviews(connection, state="decided")
    assert (kept.source_id, kept.chosen) == (None, f"{LANE}12号")
    assert read_book(connection).resolve("五金店").status != "found"
    send(connection, "五金店")
    (one,) = waiting(connection)
    assert (one.id, one.chosen) == (number, "")


def test_what_is_not_there_is_not_found(connection: Connection) -> None:
    (number,) = send(connection, "五金店")
    with pytest.raises(NotFound, match="no such review"):
        addresses.decide(connection, 10**9, row(connection, 12))
    with pytest.raises(NotFound, match="no such address"):
        addresses.decide(connection, number, -1)
    with pytest.raises(NotFound, match="no such review"):
        addresses.dismiss(connection, 10**9)
    assert [one.id for one in waiting(connection)] == [number]


def test_hostile_texts_wait_as_they_are(connection: Connection) -> None:
    numbers = send(connection, *PAYLOADS)
    assert {one.text for one in waiting(connection)} <= set(PAYLOADS)
    assert len(waiting(connection)) == len(set(numbers))
    book = read_book(connection)
    assert all(book.resolve(one.text).status != "found" for one in waiting(connection))


def test_of_two_who_decide_at_once_one_is_told(streets: Engine) -> None:
    with streets.begin() as connection:
        (number,) = send(connection, "五金店")

    def decide(house: int) -> str:
        try:
            with streets.begin() as connection:
                return addresses.decide(connection, number, row(connection, house)).chosen
        except Conflict:
            return "told"

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(decide, range(1, 9)))
    assert said.count("told") == 7
    with streets.connect() as connection:
        assert addresses.review(connection, number).chosen in said


def test_many_who_send_the_same_texts_wait_for_each_other(streets: Engine) -> None:
    texts = [f"无名铺{number}" for number in range(40)]

    def send_all(turn: int) -> None:
        with streets.begin() as connection:
            send(connection, *(texts if turn % 2 else reversed(texts)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send_all, range(8)))
    with streets.connect() as connection:
        assert {one.seen for one in waiting(connection)} == {8}
        assert len(waiting(connection)) == 40
