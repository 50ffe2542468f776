"""Reading grids: all of a level, some by code, those near some boxes."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from sqlalchemy import Engine

from gisgrid.store.coverages import coverage_frame, level_index
from tests.towns import SIDE, SOUTH, WEST, publish_rows, square, town_rows


def now() -> datetime:
    return datetime.now(UTC)


def test_grids_are_read_by_code_and_by_place(town: Engine) -> None:
    # A box within one square, and one that only touches the corner of another.
    inner = [WEST + 4.2 * SIDE, SOUTH + 0.2 * SIDE, WEST + 4.8 * SIDE, SOUTH + 0.8 * SIDE]
    corner = [WEST + 9 * SIDE, SOUTH - SIDE, WEST + 10 * SIDE, SOUTH]
    with town.connect() as connection:
        named = coverage_frame(connection, "micro", now(), codes=["A2U1M1", "A1U1M2", "A1"])
        near = coverage_frame(connection, "micro", now(), near=np.array([inner, corner, inner]))
        none = coverage_frame(connection, "micro", now(), codes=[])
        nowhere = coverage_frame(connection, "micro", now(), near=np.empty((0, 4)))
    assert named["code"].tolist() == ["A1U1M2", "A2U1M1"]
    assert near["code"].tolist() == ["A2U1M1"]
    assert none.empty
    assert nowhere.empty


def test_an_index_of_the_grids_near_a_box_is_right_within_it(town: Engine) -> None:
    with town.begin() as connection:
        # What ended and what was reshaped lie near as well, and are not taken.
        publish_rows(connection, "micro", [("A2U1M1", "A2U1", square(4, 0, 0.5, 1))])
        publish_rows(connection, "micro", town_rows()["micro"][1:4], replaces="A1U1")
        publish_rows(connection, "micro", [("A1U1M9", "A1U1", square(0, 0))])
    rng = np.random.default_rng(1)
    low = np.array([WEST, SOUTH])
    with town.connect() as connection:
        whole = level_index(connection, now())
        for corner in rng.uniform([0, 0], [7, 1], (10, 2)):
            box = np.concatenate([low + corner * SIDE, low + (corner + 0.9) * SIDE])
            near = level_index(connection, now(), near=box[None])
            points = rng.uniform(box[:2], box[2:], (50, 2)).T
            edges = np.round((points - low[:, None]) / SIDE) * SIDE + low[:, None]
            inside = (np.clip(edges.T, box[:2], box[2:]) == edges.T).all(axis=1)
            for lon, lat in (points, edges[:, inside]):
                found, expected = near.owners(lon, lat), whole.owners(lon, lat)
                assert found.border.tolist() == expected.border.tolist()
                for level in whole.indexes:
                    assert found.ids(level).tolist() == expected.ids(level).tolist()
            assert len(near.indexes["micro"]) < len(whole.indexes["micro"])
