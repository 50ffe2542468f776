"""Reports without an account are counted by address and day, and no address is kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select

from gisgrid.errors import TooManyRequests
from gisgrid.store.tables import report_tally
from gisgrid.store.tally import count_report

DAY = datetime(2026, 11, 23, 21, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_an_address_may_report_so_often_in_a_day(engine: Engine) -> None:
    one, other = ip_address("203.0.113.7"), ip_address("203.0.113.8")
    with engine.begin() as connection:
        for _ in range(3):
            count_report(connection, one, now=DAY, most=3)
        with pytest.raises(TooManyRequests, match="more than 3 reports") as refused:
            count_report(connection, one, now=DAY, most=3)
        # Until midnight.
        assert refused.value.retry_after == 2.5 * 3600
        count_report(connection, other, now=DAY, most=3)
        count_report(connection, None, now=DAY, most=3)
        senders = connection.scalars(select(report_tally.c.sender)).all()
        assert len(senders) == 3
        assert not any(str(one).encode() in bytes(kept) for kept in senders)
        count_report(connection, one, now=DAY + timedelta(days=1), most=3)
        assert connection.scalars(select(report_tally.c.day)).all() == [
            (DAY + timedelta(days=1)).date()
        ]


def test_a_household_is_one_network_of_ipv6_and_no_limit_counts_nothing(engine: Engine) -> None:
    with engine.begin() as connection:
        count_report(connection, ip_address("2001:db8::1"), now=DAY, most=1)
        with pytest.raises(TooManyRequests):
            count_report(connection, ip_address("2001:db8::ffff:2"), now=DAY, most=1)
        count_report(connection, ip_address("2001:db8:0:1::1"), now=DAY, most=1)
        for _ in range(5):
            count_report(connection, ip_address("203.0.113.9"), now=DAY, most=0)
        assert connection.scalars(select(report_tally.c.reports)).all() == [1, 1]
