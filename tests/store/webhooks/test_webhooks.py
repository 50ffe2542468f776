"""Subscriptions and the outbox, over the record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, func, insert, select, update

from gisgrid.access import Actor
from gisgrid.access.hosts import AllowedHosts
from gisgrid.errors import Conflict, Forbidden, NotFound
from gisgrid.store import webhooks
from gisgrid.store.engine import make_engine
from gisgrid.store.tables import audit_event, webhook, webhook_delivery

HOSTS = AllowedHosts.of(["hooks.example.gov"])
URL = "https://hooks.example.gov/cases"
CLI = Actor("cli")


@pytest.fixture(scope="module")
def own(clone, template: str) -> Iterator[Engine]:
    made = make_engine(clone(template))
    yield made
    made.dispose()


@pytest.fixture
def connection(own: Engine) -> Iterator[Connection]:
    """A transaction that is taken back after the test."""
    with own.connect() as made, made.begin() as transaction:
        yield made
        transaction.rollback()


def outbox(connection: Connection, webhook_id: int, count: int) -> None:
    rows = [
        {
            "webhook_id": webhook_id,
            "number": f"JD-{number}",
            "action": "accept",
            "stage": "accepted",
            "happened_at": datetime.now(UTC),
        }
        for number in range(count)
    ]
    connection.execute(insert(webhook_delivery), rows)


def test_a_webhook_is_added_listed_and_removed(connection: Connection) -> None:
    made, secret = webhooks.add(connection, "resident", URL, hosts=HOSTS, actor=CLI)
    assert webhooks.listing(connection) == [made]
    assert len(secret) > 40
    assert secret not in repr(made)
    outbox(connection, made.id, 1)
    assert webhooks.remove(connection, made.id, actor=CLI) == made
    assert webhooks.listing(connection) == []
    gone = webhooks.deliveries(connection, limit=5)
    assert [(one.state, one.problem) for one in gone] == [("dead", "the webhook was removed")]
    assert webhooks.due(connection, each=9) == []
    noted = connection.scalars(select(audit_event.c.action).order_by(audit_event.c.id)).all()
    assert noted[-2:] == ["webhook.add", "webhook.remove"]


def test_one_address_hears_of_a_channel_once_at_a_time(connection: Connection) -> None:
    made, _ = webhooks.add(connection, "resident", URL, hosts=HOSTS, actor=CLI)
    webhooks.add(connection, "government", URL, hosts=HOSTS, actor=CLI)
    with pytest.raises(Conflict, match="already"):
        webhooks.add(connection, "resident", URL, hosts=HOSTS, actor=CLI)
    webhooks.remove(connection, made.id, actor=CLI)
    webhooks.add(connection, "resident", URL, hosts=HOSTS, actor=CLI)


def test_other_hosts_are_refused_and_what_is_not_there_cannot_go(connection: Connection) -> None:
    with pytest.raises(Forbidden, match="may not be called"):
        webhooks.add(connection, "resident", "https://evil.net/", hosts=HOSTS, actor=CLI)
    with pytest.raises(NotFound, match="no such webhook"):
        webhooks.remove(connection, 9_999, actor=CLI)


def test_each_receiver_has_its_turn(connection: Connection) -> None:
    ids = [
        webhooks.add(connection, channel, URL, hosts=HOSTS, actor=CLI)[0].id
        for channel in ("resident", "government")
    ]
    outbox(connection, ids[0], 7)
    outbox(connection, ids[1], 1)
    found = webhooks.due(connection, each=3)
    assert [one.webhook_id for one in found] == [ids[0], ids[1], ids[0], ids[0]]


def test_a_message_is_tried_again_after_growing_pauses_and_given_up(connection: Connection) -> None:
    made, _ = webhooks.add(connection, "resident", URL, hosts=HOSTS, actor=CLI)
    outbox(connection, made.id, 1)
    for attempt in range(1, webhooks.MOST_ATTEMPTS + 1):
        (one,) = webhooks.due(connection, each=9)
        state = webhooks.settle(connection, one, status=503, problem="answered 503")
        assert webhooks.due(connection, each=9) == []
        (told,) = webhooks.deliveries(connection, limit=9)
        assert (told.attempts, told.status, told.state) == (attempt, 503, state)
        if state == "pending":
            assert told.next_at is not None
            pause = told.next_at - connection.scalar(select(func.clock_timestamp()))
            assert abs(pause - webhooks.pause_after(attempt)) < timedelta(seconds=10)
        connection.execute(update(webhook_delivery).values(next_at=func.clock_timestamp()))
    assert state == "dead"


def test_pauses_grow_and_have_a_bound() -> None:
    pauses = [webhooks.pause_after(count) for count in range(1, webhooks.MOST_ATTEMPTS)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=30)
    assert sum(pauses, timedelta()) < timedelta(days=1)


def test_what_arrived_is_not_sent_again(connection: Connection) -> None:
    made, _ = webhooks.add(connection, "resident", URL, hosts=HOSTS, actor=CLI)
    outbox(connection, made.id, 1)
    (one,) = webhooks.due(connection, each=9)
    assert webhooks.settle(connection, one, status=204) == "delivered"
    assert webhooks.due(connection, each=9) == []
    (told,) = webhooks.deliveries(connection, state="delivered", webhook_id=made.id, limit=9)
    assert told.next_at is None


def test_secrets_differ(connection: Connection) -> None:
    made = [
        webhooks.add(connection, channel, URL, hosts=HOSTS, actor=CLI)[1]
        for channel in ("resident", "government")
    ]
    kept = connection.scalars(select(webhook.c.secret).order_by(webhook.c.id)).all()
    assert kept == made
    assert made[0] != made[1]
