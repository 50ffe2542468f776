"""Messages to a real receiver: signed, without redirects, tried again, never elsewhere."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, func, insert, update
from starlette.testclient import TestClient

from api.app import create_app
from api.logs import Log
from api.webhooks import posting
from api.webhooks.posting import SIGNATURE, post, signature
from api.webhooks.sending import Sender, send_due
from gisgrid.access import Actor
from gisgrid.access.hosts import AllowedHosts
from gisgrid.settings import Settings
from gisgrid.store import webhooks
from gisgrid.store.tables import webhook_delivery
from tests.api.district import SOUTH, STEP, WEST
from tests.receiving import Receiver, receiving

HOSTS = AllowedHosts.of(["127.0.0.1"])
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def subscribe(engine: Engine, url: str, count: int = 1) -> str:
    """A webhook with so many messages waiting; its secret."""
    with engine.begin() as connection:
        made, secret = webhooks.add(connection, "resident", url, hosts=HOSTS, actor=Actor("cli"))
        row = {
            "webhook_id": made.id,
            "action": "accept",
            "stage": "accepted",
            "happened_at": datetime(2026, 10, 8, 1, 0, tzinfo=UTC),
        }
        rows = [{**row, "number": f"JD-{number}"} for number in range(count)]
        connection.execute(insert(webhook_delivery), rows)
    return secret


def send(engine: Engine, hosts: AllowedHosts = HOSTS) -> int:
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        return send_due(connection, hosts, ZONE)


def states(engine: Engine) -> list[tuple[str, int, int | None, str]]:
    with engine.connect() as connection:
        found = webhooks.deliveries(connection, limit=99)
    return [(one.state, one.attempts, one.status, one.problem) for one in found]


def test_a_message_is_signed_and_holds_no_more_than_the_step(
    engine: Engine, receiver: Receiver
) -> None:
    secret = subscribe(engine, receiver.url)
    assert send(engine) == 1
    ((path, headers, body),) = receiver.received
    assert path == "/cases?from=gisgrid"
    told = json.loads(body)
    assert headers["X-Gisgrid-Delivery"] == str(told.pop("delivery"))
    assert told == {
        "number": "JD-0",
        "action": "accept",
        "stage": "accepted",
        "at": "2026-10-08T09:00:00+08:00",
    }
    moment, digest = (part.split("=")[1] for part in headers[SIGNATURE].split(","))
    expected = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256)
    assert digest == expected.hexdigest()
    assert abs(int(moment) - time.time()) < 60
    assert states(engine) == [("delivered", 1, 204, "")]
    assert send(engine) == 0


def test_a_signature_is_of_the_time_and_of_every_byte() -> None:
    signed = {
        signature("s", b"{}", 1),
        signature("s", b"{}", 2),
        signature("s", b"{ }", 1),
        signature("t", b"{}", 1),
    }
    assert len(signed) == 4


def test_a_redirect_is_not_followed_and_a_failure_waits(engine: Engine, receiver: Receiver) -> None:
    subscribe(engine, receiver.url)
    receiver.statuses = [307, 500]
    assert send(engine) == 1
    assert [path for path, _, _ in receiver.received] == ["/cases?from=gisgrid"]
    assert states(engine) == [("pending", 1, 307, "answered 307")]
    assert send(engine) == 0
    for attempts, state, status in ((2, "pending", 500), (3, "delivered", 204)):
        with engine.begin() as connection:
            connection.execute(update(webhook_delivery).values(next_at=func.clock_timestamp()))
        send(engine)
        assert states(engine)[0][:3] == (state, attempts, status)
    ids = {headers["X-Gisgrid-Delivery"] for _, headers, _ in receiver.received}
    assert len(ids) == 1


def test_a_receiver_that_fails_is_asked_once_in_a_round(engine: Engine, receiver: Receiver) -> None:
    subscribe(engine, receiver.url, count=5)
    receiver.statuses = [503]
    assert send(engine) == 1
    assert send(engine) == 4
    assert sorted(one[0] for one in states(engine)) == ["delivered"] * 4 + ["pending"]


def test_a_host_taken_off_the_list_is_called_no_more(engine: Engine, receiver: Receiver) -> None:
    subscribe(engine, receiver.url)
    send(engine, AllowedHosts.of(["hooks.example.gov"]))
    assert receiver.received == []
    assert states(engine) == [("pending", 1, None, "this host may not be called")]


def test_a_listed_name_that_leads_home_is_not_called(receiver: Receiver) -> None:
    # The name of this machine leads to an address of its own.
    hosts = AllowedHosts(frozenset({"localhost"}), ())
    url = f"https://localhost:{receiver.port}/"
    status, problem = post(url, b"{}", secret="s", delivery=1, hosts=hosts)
    assert (status, problem) == (None, "the host lies in a network that is not listed")
    assert receiver.received == []


def test_nobody_at_the_other_end_is_no_fault_of_ours(engine: Engine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    subscribe(engine, f"http://127.0.0.1:{port}/")
    assert send(engine) == 1
    assert states(engine) == [("pending", 1, None, "ConnectionRefusedError")]


def test_a_certificate_that_nobody_vouches_for_is_refused(receiver: Receiver) -> None:
    url = f"https://127.0.0.1:{receiver.port}/"
    status, problem = post(url, b"{}", secret="s", delivery=1, hosts=HOSTS)
    assert status is None
    assert "SSL" in problem


@pytest.mark.parametrize(
    ("scheme", "said"),
    [("http", b"HTTP/1.1 204 No Content"), ("https", b"\x16\x03\x03\x40\x00" + bytes(18))],
    ids=["answer", "handshake"],
)
def test_a_receiver_that_speaks_byte_by_byte_is_cut_off(
    monkeypatch: pytest.MonkeyPatch, scheme: str, said: bytes
) -> None:
    monkeypatch.setattr(posting, "_DEADLINE_S", 0.3)
    ended: list[str] = []

    def drip() -> None:
        spoken, _ = server.accept()
        with spoken:
            try:
                for letter in said * 3:
                    spoken.send(bytes([letter]))
                    time.sleep(0.05)
            except OSError:
                ended.append("cut off")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip)
        thread.start()
        url = f"{scheme}://127.0.0.1:{server.getsockname()[1]}/"
        status, problem = post(url, b"{}", secret="s", delivery=1, hosts=HOSTS)
        thread.join()
    assert status is None
    assert problem
    assert ended == ["cut off"]


def test_of_several_workers_one_sends(engine: Engine, receiver: Receiver) -> None:
    subscribe(engine, receiver.url, count=30)
    senders = [Sender(engine, HOSTS, ZONE, Log()) for _ in range(3)]
    for one in senders:
        one.start()
    until = time.monotonic() + 20
    while len(receiver.received) < 30 and time.monotonic() < until:
        time.sleep(0.05)
    for one in senders:
        one.stop()
    sent = [headers["X-Gisgrid-Delivery"] for _, headers, _ in receiver.received]
    assert len(sent) == len(set(sent)) == 30


def test_every_step_of_a_channels_cases_is_told_unless_it_is_confidential(
    squares: Engine, settings: Settings, receiver: Receiver
) -> None:
    settings.webhook_hosts = ("127.0.0.1",)
    with squares.begin() as connection:
        hosts = AllowedHosts.of(settings.webhook_hosts)
        webhooks.add(connection, "resident", receiver.url, hosts=hosts, actor=Actor("cli"))
    place = {"lon": WEST + STEP / 4, "lat": SOUTH + STEP / 4}
    app = create_app(settings, engine=squares, demo=True)
    with TestClient(app, client=("127.0.0.1", 50_000), base_url="http://127.0.0.1") as client:
        for category in ("littering", "security-tip"):
            told = client.post("/v1/reports", json={"category": category, **place})
            assert told.status_code == 201
        client.post("/v1/cases", json={"category": "littering", **place})
        number = client.get("/v1/cases", params={"source": "resident"}).json()["cases"][-1][
            "number"
        ]
        refused = client.post(f"/v1/cases/{number}/accept", json={"version": 9})
        assert refused.status_code == 412
        client.post(f"/v1/cases/{number}/accept", json={"version": 1})
        until = time.monotonic() + 20
        while len(receiver.received) < 2 and time.monotonic() < until:
            time.sleep(0.05)
    bodies = [json.loads(body) for _, _, body in receiver.received]
    assert [(one["number"], one["action"], one["stage"]) for one in bodies] == [
        (number, "report", "reported"),
        (number, "accept", "accepted"),
    ]
