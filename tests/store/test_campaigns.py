"""How campaigns go, against counts made directly, and the marks that stay."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from gisgrid.errors import InputError, NotFound
from gisgrid.store import campaigns, clock
from gisgrid.store.campaigns import Phase, planned_shares, told
from tests.campaigns import ZONE, bring, small_campaign

FIRST = date(2024, 4, 1)
TODAY = date(2024, 12, 1)
UNTIL = date(2024, 4, 20)


def directly(connection: Connection, query: str) -> Any:
    return connection.execute(text(query)).all()


@pytest.fixture
def drive(town: Engine, tmp_path: Path) -> Engine:
    """Two tasks of 120 items in all, most of them done on some day within two months."""
    rng = np.random.default_rng(4)
    rows = []
    for k in range(120):
        day = FIRST + timedelta(days=int(rng.integers(-3, 60)))
        rows.append(
            {
                "id": f"{k:03d}",
                "task": ("a", "b")[int(rng.integers(2))],
                "lon": 121.2 + 0.09 * rng.random(),
                "lat": 31.3 + 0.02 * rng.random(),
                "done_on": day if rng.random() < 0.8 else "",
            }
        )
    tasks = [{"code": "a", "name_zh": "甲"}, {"code": "b", "name_zh": "乙", "actual": 7}]
    phases = [
        {"code": "p", "name_zh": "一", "starts": FIRST, "ends": date(2024, 5, 1)},
        {"code": "q", "name_zh": "二", "starts": date(2024, 5, 1), "ends": date(2024, 6, 1)},
    ]
    bring(town, tmp_path / "c", small_campaign(tasks=tasks, items=rows, phases=phases))
    return town


@pytest.mark.parametrize("until", [None, UNTIL])
def test_figures_of_tasks_are_the_counts_of_their_items(drive: Engine, until: date | None) -> None:
    with drive.connect() as connection:
        found = campaigns.by_code(connection, until=until)
        counted = directly(
            connection,
            "SELECT t.code, count(*), count(*) FILTER (WHERE i.done_on <= "
            f"'{until or '9999-01-01'}') FROM gisgrid.campaign_item i "
            "JOIN gisgrid.campaign_task t ON t.id = i.task_id GROUP BY 1 ORDER BY 1",
        )
    assert [(task.code, task.items, task.done) for task in found.tasks] == [
        tuple(row) for row in counted
    ]
    # What was published goes before what was counted.
    assert [task.figure for task in found.tasks] == [counted[0][2], 7.0]
    assert (found.items, found.done) == (120, sum(row[2] for row in counted))
    assert (found.starts, found.ends) == (FIRST, date(2024, 6, 1))


@pytest.mark.parametrize("task", [None, "a"])
def test_the_burn_down_is_the_count_of_each_day(drive: Engine, task: str | None) -> None:
    with drive.connect() as connection:
        found = campaigns.by_code(connection)
        days = campaigns.burn_down(connection, found, until=UNTIL, task=task)
        own = "" if task is None else f"AND t.code = '{task}'"
        done = dict(
            directly(
                connection,
                "SELECT d::date, count(*) FROM generate_series('2024-03-20'::date, '2024-08-01', "
                "'1 day') d JOIN gisgrid.campaign_item i ON i.done_on <= d "
                f"JOIN gisgrid.campaign_task t ON t.id = i.task_id {own} GROUP BY 1",
            )
        )
        total = sum(one.items for one in found.tasks if task in (None, one.code))
        earliest = connection.scalar(text("SELECT min(done_on) FROM gisgrid.campaign_item"))
        with pytest.raises(NotFound, match="no such task"):
            campaigns.burn_down(connection, found, until=UNTIL, task="z")
    assert task is not None or days[0].on == min(earliest, FIRST)
    assert [one.on for one in days] == [days[0].on + timedelta(days=k) for k in range(len(days))]
    assert days[-1].on == date(2024, 5, 31)
    for one in days:
        if one.on > UNTIL:
            assert (one.done, one.left) == (None, None)
        else:
            assert (one.done, one.left) == (done.get(one.on, 0), total - done.get(one.on, 0))
    assert days[-1].planned == 0
    halfway = next(one for one in days if one.on == date(2024, 5, 1))
    assert halfway.planned == pytest.approx(total * 30 / 61, abs=0.001)


def test_grids_and_buildings_share_all_items(drive: Engine) -> None:
    with drive.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO gisgrid.building (source_id, name, point, geom) SELECT 'B' || k, "
                "'楼' || k, 'SRID=4326;POINT(121.2 31.3)', ST_Multi(ST_Buffer("
                "'SRID=4326;POINT(121.2 31.3)'::geometry, 0.0001)) FROM generate_series(1, 3) k"
            )
        )
        connection.execute(
            text(
                "UPDATE gisgrid.campaign_item i SET building_id = b.id FROM gisgrid.building b "
                "WHERE b.source_id = 'B' || (i.source_id::int % 4)"
            )
        )
        found = campaigns.by_code(connection)
        now = clock.now(connection, ZONE)
        by_grid = campaigns.by_grid(connection, found.id, now, until=UNTIL)
        by_building = campaigns.by_building(connection, found.id, until=UNTIL)
        counted = directly(
            connection,
            "SELECT g.code, count(*), count(*) FILTER (WHERE done_on <= '2024-04-20') "
            "FROM gisgrid.campaign_item i LEFT JOIN gisgrid.grids_at(now()) g "
            'ON g.grid_id = i.micro_id GROUP BY 1 ORDER BY g.code COLLATE "C" NULLS LAST',
        )
    assert [(one.id, one.items, one.done) for one in by_grid] == [tuple(row) for row in counted]
    assert by_grid[-1].id is None
    assert [(one.id, one.name, one.items) for one in by_building] == [
        *(("B1", "楼1", 30), ("B2", "楼2", 30), ("B3", "楼3", 30)),
        (None, "", 30),
    ]
    for shares in (by_grid, by_building):
        assert sum(one.items for one in shares) == 120
        assert sum(one.done for one in shares) == sum(row[2] for row in counted)


def test_every_mark_stays_on_record(town: Engine, tmp_path: Path) -> None:
    bring(town, tmp_path / "c", small_campaign())
    with town.begin() as connection:
        found = campaigns.by_code(connection, "c1")

        def mark(day: date | None, *ids: str, **said: str) -> int:
            return campaigns.mark(connection, found.id, ids, day, today=TODAY, **said)

        assert mark(FIRST, "W0", "W1", author="甲", note="复查") == 2
        assert mark(FIRST, "W0", "W2", author="乙") == 1
        assert mark(None, "W0", author="丙", note="又装上") == 1
        for ids, error in ((("W9", "W0"), NotFound), (("W0",), InputError)):
            with pytest.raises(error):
                mark(TODAY + timedelta(days=1) if error is InputError else TODAY, *ids)
        history = campaigns.marks(connection, found.id, "W0")
        assert [(one.done_on, one.author, one.note) for one in history] == [
            (FIRST, "甲", "复查"),
            (None, "丙", "又装上"),
        ]
        days = [
            one.done_on
            for one in campaigns.item_listing(connection, found.id, history[0].marked_at)
        ]
        assert days == [None, FIRST, FIRST]


@pytest.mark.parametrize(
    "change", ["DELETE FROM gisgrid.campaign_mark", "UPDATE gisgrid.campaign_mark SET author = 'x'"]
)
def test_a_mark_cannot_be_changed(town: Engine, tmp_path: Path, change: str) -> None:
    place = {"lon": 121.205, "lat": 31.305}
    items = [{"id": "W0", "done_on": "2024-04-02", **place}]
    bring(town, tmp_path / "c", small_campaign(items=items))
    with town.begin() as connection, pytest.raises(DBAPIError, match="is on record"):
        connection.execute(text(change))


def test_listings_are_filtered_and_paged(drive: Engine) -> None:
    with drive.connect() as connection:
        found = campaigns.by_code(connection)
        now = clock.now(connection, ZONE)

        def ids(**wanted: Any) -> list[str]:
            return [one.id for one in campaigns.item_listing(connection, found.id, now, **wanted)]

        everything = ids()
        assert everything == [f"{k:03d}" for k in range(120)]
        assert ids(after="099", limit=5) == everything[100:105]
        for by, values in (("task", ("a", "b")), ("done", (True, False))):
            parts = [ids(**{by: value}) for value in values]
            assert sorted(parts[0] + parts[1]) == everything
            assert parts[0]
            assert parts[1]
        micro = ids(grid="A1U1M1")
        assert micro == [
            row[0]
            for row in directly(
                connection,
                "SELECT source_id FROM gisgrid.campaign_item JOIN gisgrid.grids_at(now()) g "
                "ON g.grid_id = micro_id WHERE code = 'A1U1M1' ORDER BY 1",
            )
        ]
        with pytest.raises(NotFound):
            campaigns.item(connection, found.id, "999", now)


def test_the_campaign_that_began_last_comes_first(town: Engine, tmp_path: Path) -> None:
    for code, starts in (("old", "2023-04-01"), ("new", "2024-04-02"), ("mid", "2024-04-01")):
        phase = {"code": "p", "name_zh": "x", "starts": starts, "ends": "2025-01-01"}
        later = {"code": "q", "name_zh": "x", "starts": "2024-12-01", "ends": "2025-01-01"}
        head = {"code": code, "name_zh": code}
        bring(town, tmp_path / "c", small_campaign(campaign=[head], phases=[phase, later]))
    with town.connect() as connection:
        assert [one.code for one in campaigns.listing(connection)] == ["new", "mid", "old"]
        assert campaigns.by_code(connection).code == "new"
        assert campaigns.by_code(connection, "old").items == 3


PHASES = st.lists(
    st.tuples(st.integers(0, 300), st.integers(1, 60), st.none() | st.floats(0, 100)), max_size=5
)


@given(drawn=PHASES, days=st.integers(1, 400))
def test_the_plan_begins_with_nothing_done_and_passes_each_percentage(
    drawn: list[tuple[int, int, float | None]], days: int
) -> None:
    phases = [
        Phase(str(k), "", "", FIRST + timedelta(a), FIRST + timedelta(a + b), percent)
        for k, (a, b, percent) in enumerate(drawn)
    ]
    shares = planned_shares(phases, FIRST, days)
    assert shares.shape == (days,)
    if not phases:
        assert np.isnan(shares).all()
        return
    assert ((shares >= 0) & (shares <= 1)).all()
    start = min(phase.starts for phase in phases)
    assert (shares[: max(0, (start - FIRST).days)] == 0).all()
    said = {one.ends: one.planned_percent for one in phases if one.planned_percent is not None}
    said = said or {max(one.ends for one in phases): 100.0}
    for ends, percent in said.items():
        # The end of the day before is the midnight at which the phase is over.
        last = (ends - FIRST).days - 1
        if last < days:
            assert shares[last] == pytest.approx(percent / 100) or last < 0


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ((70.0, "余", "辆"), "70余 辆"),
        ((100.0, "近", "人"), "近100 人"),
        ((1234567.0, "", "处"), "1,234,567 处"),
        ((11.5, "more than", "tons"), "more than 11.5 tons"),
        ((None, "数十", "吨"), "数十 吨"),
        ((None, "", "吨"), ""),
        ((5.0, "", ""), "5"),
    ],
)
def test_figures_are_told_with_their_qualifier(figure: Any, words: str) -> None:
    assert told(*figure) == words
