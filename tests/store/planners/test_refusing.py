"""What a planner cannot save, and that nothing of it is saved then."""

from __future__ import annotations

import math

import psycopg2
import pytest
import shapely
from sqlalchemy import Engine

from gisgrid.store import drafts, plans
from gisgrid.store.publish import publish
from tests.store.planners.layers import change, end
from tests.store.planners.saves import WIDE, log_of, move_border

REFUSED = [
    ("A1U1M1", {"geom": None}, "no shape"),
    ("A1U1M1", {"geom": shapely.MultiPolygon()}, "no shape"),
    (
        "A1U1M1",
        {"geom": shapely.Polygon([(121, 31), (122, 32), (122, 31), (121, 32)])},
        r"not valid: Self-intersection at lon 121\.5, lat 31\.5",
    ),
    ("A1U1M1", {"geom": shapely.box(179, 0, 181, 1)}, "outside the world"),
    (
        "A1U1M1",
        {"geom": shapely.Polygon([(121, 31), (math.inf, 32), (122, 31)])},
        "not valid: Invalid Coordinate",
    ),
    (
        "A1U1M1",
        {"geom": shapely.from_wkt("MULTIPOLYGON (EMPTY, ((121 31, 122 31, 122 32, 121 31)))")},
        "has an empty part",
    ),
    ("A1U1M1", {"code": "A1U1M2"}, "another grid's"),
    ("A1U1M1", {"code": ""}, "a code is missing"),
    ("A1U1M1", {"code": " A"}, "begin or end with a blank"),
    ("A1U1M1", {"code": "a/b"}, "cannot hold a /"),
    ("A1U1M1", {"code": "a\tb"}, "control characters"),
    ("A1U1M1", {"name": "a\nb"}, "control characters"),
    ("A1U1M1", {"name": "　 "}, "made of blanks"),
    ("A1U1M1", {"range_reason": "　 "}, "a reason cannot be made of blanks"),
    ("A1U1M1", {"households": -1}, "between 0 and 10 million"),
    ("A1U1M1", {"parent": "A1"}, "has no unit A1"),
    ("A1U1M1", {"parent": "nobody"}, "has no unit nobody"),
    ("A1U1M1", {"id": 5}, "id cannot be changed"),
]


@pytest.mark.parametrize(("code", "fields", "why"), REFUSED, ids=[why for _, _, why in REFUSED])
def test_what_no_grid_may_be_is_refused(town: Engine, plan: int, login, code, fields, why) -> None:
    client = login()
    with pytest.raises(psycopg2.Error, match=why), client:
        change(client, f"plan_{plan}_micro", code, **fields)
    assert log_of(town, plan) == []


def test_grids_of_other_levels_have_their_own_rules(town: Engine, plan: int, login) -> None:
    client = login()
    with pytest.raises(psycopg2.Error, match="one of micro-grids"), client:
        change(client, f"plan_{plan}_unit", "A1U1", range_reason="市场")
    with (
        pytest.raises(psycopg2.Error, match=r"A1U1M.: it would be left without its parent"),
        client,
    ):
        end(client, f"plan_{plan}_unit", "A1U1")
    with pytest.raises(psycopg2.Error, match="no level above, so no A2"), client:
        change(client, f"plan_{plan}_area", "A1", parent="A2")


def test_what_others_published_stands_against_a_save(town: Engine, plan: int, login) -> None:
    client = login()
    with town.begin() as connection:
        other = drafts.new(connection, "他案")
        drafts.edit(connection, other, drafts.parse_edit("rename", {"code": "A1U1M1", "name": "x"}))
        publish(connection, other, overlap_tolerance_m2=1.0)
    with pytest.raises(psycopg2.Error, match=f"A1U1M1: published anew.*\n.*rebase {plan}"):
        move_border(client, plan)
    with town.begin() as connection:
        drafts.rebase(connection, plan)
    move_border(client, plan)


def test_what_is_published_during_a_save_stands_against_it(town: Engine, plan: int, login) -> None:
    client = login()
    with pytest.raises(psycopg2.Error, match="A1U1M1: published anew"), client:
        change(client, f"plan_{plan}_micro", "A1U1M1", geom=WIDE)
        with town.begin() as connection:
            other = drafts.new(connection, "他案")
            rename = drafts.parse_edit("rename", {"code": "A1U1M1", "name": "x"})
            drafts.edit(connection, other, rename)
            publish(connection, other, overlap_tolerance_m2=1.0)
    assert log_of(town, plan) == []


def test_a_plan_that_is_no_draft_is_not_drawn_on(town: Engine, plan: int, login) -> None:
    with town.begin() as connection:
        plans.discard(connection, plan)
    with pytest.raises(psycopg2.Error, match=f"plan {plan} is discarded already"):
        move_border(login(), plan)
