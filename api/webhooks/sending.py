"""Sends what waits in the outbox: one thread of one worker, under a lock of the database."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from api.answers import json_bytes
from api.webhooks.posting import post
from gisgrid.store.engine import make_engine
from gisgrid.store.webhooks import due, settle

if TYPE_CHECKING:
    from datetime import tzinfo

    from sqlalchemy import Connection, Engine

    from api.logs import Log
    from gisgrid.access.hosts import AllowedHosts
    from gisgrid.store.webhooks import Due

__all__ = ["Sender", "message", "send_due"]

_PAUSE_S: Final = 2.0
_LONGEST_STOP_S: Final = 3.0
# To each receiver in a round, so that one with much to hear holds up nobody.
_EACH: Final = 10
# Of several workers, the one that holds this lock sends.
_LOCK: Final = 7_461_213


def message(one: Due, zone: tzinfo) -> bytes:
    """What is sent of an event: the case, its stage and when; nothing of a person or a place."""
    return json_bytes(
        {
            "delivery": one.id,
            "number": one.number,
            "action": one.action,
            "stage": one.stage,
            "at": one.happened_at.astimezone(zone).isoformat(),
        }
    )


def send_due(connection: Connection, hosts: AllowedHosts, zone: tzinfo) -> int:
    """Send what is due over a connection that commits each statement; how many were tried.

    A receiver that fails is not asked again in the same round, so that it holds up nobody.
    """
    failed: set[int] = set()
    tried = 0
    for one in due(connection, each=_EACH):
        if one.webhook_id in failed:
            continue
        tried += 1
        status, problem = post(
            one.url, message(one, zone), secret=one.secret, delivery=one.id, hosts=hosts
        )
        if settle(connection, one, status=status, problem=problem) != "delivered":
            failed.add(one.webhook_id)
    return tried


class Sender:
    """The thread that sends.

    Parameters
    ----------
    engine : Engine
        Tells where the database is; the connection is the thread's own.
    hosts : AllowedHosts
    zone : tzinfo
    log : Log
    """

    def __init__(self, engine: Engine, hosts: AllowedHosts, zone: tzinfo, log: Log) -> None:
        self._engine = make_engine(engine.url, pool_size=1)
        self._hosts = hosts
        self._zone = zone
        self._log = log
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self) -> None:
        """Send no more; a message whose receiver is slow is cut off, and sent again later."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(_LONGEST_STOP_S)
        self._engine.dispose()

    def _run(self) -> None:
        while not self._stopping.wait(_PAUSE_S):
            try:
                self._while_locked()
            except Exception as error:  # the database may be away: the thread outlives that
                self._log.error("webhooks", error)

    def _while_locked(self) -> None:
        one = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        with one.connect() as connection:
            if not connection.scalar(select(func.pg_try_advisory_lock(_LOCK))):
                return
            try:
                while send_due(connection, self._hosts, self._zone):
                    if self._stopping.is_set():
                        return
            finally:
                connection.scalar(select(func.pg_advisory_unlock(_LOCK)))
