"""Whoever looks is shown the rows that lie where they may look: no more and no fewer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, insert, select, update

from gisgrid.access import EVERYTHING, NOTHING, Sight
from gisgrid.errors import NotFound
from gisgrid.store import campaigns, drafts, features, holds, patrols, places
from gisgrid.store.counts import counts_by_grid
from gisgrid.store.engine import make_engine
from gisgrid.store.hazard_counts import hazard_counts, hazard_overview
from gisgrid.store.hazard_lists import hazard_page
from gisgrid.store.hazard_snapshot import read_snapshot
from gisgrid.store.hazards import HazardFilter, hazard_events
from gisgrid.store.scope import blind, look_as, sight_of
from gisgrid.store.tables import (
    address,
    campaign,
    campaign_evidence,
    campaign_item,
    campaign_task,
    draft_grid,
    grid_version,
    hazard,
    patrol_plan,
    patrol_point,
    patrol_stop,
)
from tests.towns import square, town_rows

NOW: Final = datetime(2030, 1, 1, tzinfo=UTC)
SHAPES: Final = {code: shape for rows in town_rows().values() for code, _, shape in rows}
# One place in the middle of each square of the town, and one where no grid is.
PLACES: Final = {f"{x}-{y}": square(x, y).centroid for x in range(8) for y in range(2)}
OUTSIDE: Final = shapely.Point(0.0, 0.0)
SECRET: Final = frozenset(name for name in PLACES if name.endswith("3-1"))


@dataclass(frozen=True)
class Scattered:
    """The town with one place of each kind in each square."""

    engine: Engine
    ids: dict[str, int]
    campaign: int
    plan: int

    def sight(self, codes: frozenset[str], *, confidential: bool = False) -> Sight:
        """What somebody may see who has these grids and police areas."""
        police = frozenset(self.ids[code] for code in codes if code.startswith("P"))
        grids = frozenset(self.ids[code] for code in codes if not code.startswith("P"))
        found = Sight(grids=grids, police=police)
        return found.disclosed() if confidential else found


@pytest.fixture(scope="module")
def scattered(clone: Callable[[str], str], town_template: str) -> Iterator[Scattered]:
    engine = make_engine(clone(town_template))
    with engine.begin() as connection:
        known = connection.execute(select(grid_version.c.code, grid_version.c.grid_id))
        ids = {row.code: row.grid_id for row in known}
        points = {**PLACES, "outside": OUTSIDE}
        rows = [
            {"source_id": name, "point": f"SRID=4326;{point.wkt}"} for name, point in points.items()
        ]
        connection.execute(insert(address), [row | {"text": row["source_id"]} for row in rows])
        connection.execute(insert(patrol_point), rows)
        hazards = [row | {"confidential": row["source_id"] in SECRET} for row in rows]
        connection.execute(insert(hazard), hazards)
        drive = insert(campaign).values(code="c", name_zh="c").returning(campaign.c.id)
        key = {"campaign_id": connection.scalar(drive)}
        task = insert(campaign_task).values(**key, position=1, code="t", name_zh="t")
        key["task_id"] = connection.scalar(task.returning(campaign_task.c.id))
        items = insert(campaign_item).returning(campaign_item.c.id, campaign_item.c.source_id)
        made = connection.execute(items, [row | key for row in rows]).all()
        seen = {"stage": "before", "taken_on": NOW.date()}
        connection.execute(
            insert(campaign_evidence),
            [
                {
                    **key,
                    **seen,
                    "source_id": name,
                    "item_id": number,
                    "point": "SRID=4326;POINT(0 0)",
                }
                for number, name in made
            ],
        )
        plan = _patrol(connection)
    yield Scattered(engine, ids, int(key["campaign_id"] or 0), plan)
    engine.dispose()


def _patrol(connection: Connection) -> int:
    """A plan that stops at every patrol point."""
    head = insert(patrol_plan).values(
        starts=NOW,
        ends=NOW.replace(hour=4),
        officers=1,
        officer_hours=4,
        seed=0,
        asked={"categories": [], "grids": []},
        revision=1,
        expected=0,
        covered=0,
    )
    plan = int(connection.scalar(head.returning(patrol_plan.c.id)) or 0)
    points = connection.execute(select(patrol_point).order_by(patrol_point.c.id)).all()
    stops = [
        {
            "plan_id": plan,
            "officer": 0,
            "position": number,
            "arrives": NOW,
            "minutes": 1,
            "point": row.point,
            "patrol_point_id": row.id,
            "micro_id": row.micro_id,
            "why": "expected",
            "expected": 0,
            "recent": 0,
        }
        for number, row in enumerate(points)
    ]
    connection.execute(insert(patrol_stop), stops)
    return plan


def _streamed(connection: Connection, kind: str) -> list[str]:
    return [name for frame, _ in places.stream(connection, kind) for name in frame["id"]]


def _stops(connection: Connection, town: Scattered) -> list[str | None]:
    try:
        return [stop.patrol_point for stop in patrols.by_id(connection, town.plan).stops]
    except NotFound:
        return []


# What lists the ids of rows, by what it lists.
LISTS: Final[dict[str, Callable[[Connection, Scattered], list[Any]]]] = {
    "addresses": lambda looking, _: _streamed(looking, "address"),
    "patrol points to export": lambda looking, _: _streamed(looking, "patrol"),
    "patrol points": lambda looking, _: [
        one.id for one in patrols.patrol_points(looking, NOW, limit=100)
    ],
    "stops": _stops,
    "items": lambda looking, town: [
        one.id for one in campaigns.item_listing(looking, town.campaign, NOW)
    ],
    "items of a map": lambda looking, town: campaigns.item_frame(looking, town.campaign)[
        "id"
    ].tolist(),
    "evidence": lambda looking, town: [
        one.id for one in campaigns.evidence_listing(looking, town.campaign)
    ],
    "hazards": lambda looking, _: [row.source_id for row in features.hazards(looking)],
    "hazards to export": lambda looking, _: _streamed(looking, "hazard"),
    "hazards by page": lambda looking, _: [
        row.source_id for row in hazard_page(looking, HazardFilter(), limit=100).rows
    ],
    "hazards to count": lambda looking, _: hazard_events(looking)["source_id"].tolist(),
}
# What counts hazards.
COUNTS: Final[dict[str, Callable[[Connection], int]]] = {
    "by grid": lambda looking: int(hazard_counts(looking, "unit", HazardFilter())["count"].sum()),
    "overview": lambda looking: hazard_overview(looking, "Asia/Shanghai").total,
    "snapshot": lambda looking: len(read_snapshot(looking, ())),
}

codes = st.frozensets(st.sampled_from(sorted(SHAPES)), max_size=4)


def lie_in(wanted: frozenset[str]) -> set[str]:
    """The places that lie in some grids, as shapely sees it."""
    return {
        name
        for name, point in PLACES.items()
        if any(shapely.covers(SHAPES[one], point) for one in wanted)
    }


@settings(max_examples=25, deadline=None)
@given(wanted=codes, confidential=st.booleans())
def test_a_part_of_the_district_is_what_lies_in_it(
    scattered: Scattered, wanted: frozenset[str], confidential: bool
) -> None:
    expected = lie_in(wanted)
    open_ones = expected if confidential else expected - SECRET
    with scattered.engine.connect() as connection:
        look_as(connection, scattered.sight(wanted, confidential=confidential))
        for what, listed in LISTS.items():
            truth = open_ones if what.startswith("hazards") else expected
            assert sorted(listed(connection, scattered)) == sorted(truth), what
        for what, counted in COUNTS.items():
            assert counted(connection) == len(open_ones), what
        counts = counts_by_grid(connection, "micro")
        assert counts[["addresses", "patrols"]].sum().tolist() == [len(expected)] * 2
        assert len(campaigns.listing(connection)) == bool(expected)


def test_the_whole_district_is_all_of_it(scattered: Scattered) -> None:
    with scattered.engine.connect() as connection:
        assert sight_of(connection) == EVERYTHING
        for what, listed in LISTS.items():
            truth = {*PLACES, "outside"} - (SECRET if what.startswith("hazards") else set())
            assert set(listed(connection, scattered)) == truth, what


def test_an_engine_of_the_web_shows_nothing_until_somebody_looks(scattered: Scattered) -> None:
    with blind(scattered.engine).connect() as connection:
        assert sight_of(connection) == NOTHING
        assert [listed(connection, scattered) for listed in LISTS.values()] == [[]] * len(LISTS)
        assert [counted(connection) for counted in COUNTS.values()] == [0] * len(COUNTS)
        assert campaigns.listing(connection) == [] == patrols.listing(connection)
        look_as(connection, EVERYTHING)
        assert len(LISTS["addresses"](connection, scattered)) == len(PLACES) + 1


def test_a_place_of_others_is_held_by_nobody_else(scattered: Scattered) -> None:
    with scattered.engine.connect() as connection:
        look_as(connection, scattered.sight(frozenset({"A1U1"})))
        # A place and a grid of others; then each of one's own.
        with pytest.raises(NotFound, match="address '7-1': there is no such place"):
            holds.hold(connection, "address", "7-1", grid="A1U1M1", reason="x")
        with pytest.raises(NotFound, match="no grid has this code"):
            holds.hold(connection, "address", "0-0", grid="A2U2M4", reason="x")
        assert holds.hold(connection, "address", "0-0", grid="A1U1M4", reason="x").grid == "A1U1M4"
        assert len(holds.listing(connection, NOW)) == 1
        look_as(connection, scattered.sight(frozenset({"A2"})))
        assert holds.listing(connection, NOW) == []
        with pytest.raises(NotFound, match="address '0-0': there is no such place"):
            holds.release(connection, "address", "0-0")


def test_what_is_visited_and_done_is_of_those_who_see_it(scattered: Scattered) -> None:
    with scattered.engine.connect() as connection:
        number = patrols.by_id(connection, scattered.plan).stops[0].id
        day, mine = datetime(2024, 1, 1, tzinfo=UTC), scattered.sight(frozenset({"A2"}))
        look_as(connection, mine)
        with pytest.raises(NotFound, match="no such stop"):
            patrols.record(connection, stop_id=number, visited_at=day)
        with pytest.raises(NotFound, match="no such patrol point"):
            patrols.record(connection, patrol_point_id="0-0", visited_at=day)
        patrols.record(connection, patrol_point_id="7-1", visited_at=day)
        with pytest.raises(NotFound, match="no such item"):
            campaigns.mark(connection, scattered.campaign, ["0-0"], day.date(), today=day.date())
        by_week = patrols.done(connection, "week", at=NOW, zone=UTC)
        assert [(row.planned, row.beside) for row in by_week] == [(8, 0), (0, 1)]
        look_as(connection, scattered.sight(frozenset({"A1"})))
        by_week = patrols.done(connection, "week", at=NOW, zone=UTC)
        assert [(row.planned, row.beside) for row in by_week] == [(8, 0)]


@pytest.mark.parametrize(
    ("part", "code", "theirs"),
    [
        ("A1U1", "A1U1M1", True),
        ("A1", "A1U1", True),
        ("A1U1", "A1U2M1", False),
        ("A1U1", "A1", False),
    ],
)
def test_a_plan_is_of_those_whose_grids_it_draws(
    scattered: Scattered, part: str, code: str, theirs: bool
) -> None:
    with scattered.engine.connect() as connection:
        plan = drafts.new(connection, "x")
        look_as(connection, scattered.sight(frozenset({part})))
        drafts.require_theirs(connection, plan)
        edit = drafts.parse_edit("rename", {"code": code, "name": "新名"})
        drafts.edit(connection, plan, edit)
        if theirs:
            drafts.require_drawn_theirs(connection, plan)
            drafts.require_theirs(connection, plan)
        else:
            with pytest.raises(NotFound, match=f"plan {plan}, grid {code}"):
                drafts.require_drawn_theirs(connection, plan)
            with pytest.raises(NotFound, match=f"plan {plan}: there is no such plan"):
                drafts.require_theirs(connection, plan)
        look_as(connection, EVERYTHING)
        drafts.require_theirs(connection, plan)


def test_a_grid_is_not_put_under_another_s(scattered: Scattered) -> None:
    with scattered.engine.connect() as connection:
        plan = drafts.new(connection, "x")
        drafts.edit(connection, plan, drafts.parse_edit("rename", {"code": "A1U1M2", "name": "x"}))
        moved = update(draft_grid).where(draft_grid.c.plan_id == plan)
        connection.execute(moved.values(parent_key=scattered.ids["A1U2"]))
        look_as(connection, scattered.sight(frozenset({"A1U1"})))
        with pytest.raises(NotFound, match="grid A1U1M2"):
            drafts.require_drawn_theirs(connection, plan)
        look_as(connection, scattered.sight(frozenset({"A1"})))
        drafts.require_drawn_theirs(connection, plan)
