"""Two towns, each with a row of every kind, and words by which rows of the other are known."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
from PIL import Image
from sqlalchemy import Connection, Engine, insert, select
from starlette.testclient import TestClient

from gisgrid.geometry.tiling import to_world
from gisgrid.store import drafts, holds
from gisgrid.store.tables import (
    address,
    campaign,
    campaign_evidence,
    campaign_item,
    campaign_phase,
    campaign_task,
    grid_version,
    hazard,
    patrol_plan,
    patrol_point,
    patrol_stop,
)

from .district import SOUTH, STEP, WEST

__all__ = ["LEAKED", "OURS", "SECRET", "Planted", "picture", "plant", "plant_work"]

# In every text of the rows of the town that the tests' viewers see, and of the other.
OURS: Final = "ours7"
LEAKED: Final = "leaked7"
# Before the id of what is confidential.
SECRET: Final = "secret-"
_ZOOM: Final = 16
_DAY: Final = datetime(2024, 6, 1, 18, tzinfo=UTC)
# Middles of squares in the areas 101 and 102, which the police areas P1 and P2 cover as well.
_SIDES: Final = {"in": (OURS, 0.2, 0.3, "101"), "out": (LEAKED, 0.2, 1.3, "102")}
# A picture is named by its digest, so those of the two sides have to differ.
_SHADES: Final = {"in": (40, 80), "out": (120, 160)}


@dataclass(frozen=True)
class Planted:
    """The numbers of what was planted, by the words that requests name them with."""

    ids: dict[str, Any]

    def fill(self, text: str) -> str:
        """A text with its ``{names}`` replaced."""
        return text.format_map(self.ids)


def at(column: float, row: float) -> str:
    """A point of the small district."""
    return f"SRID=4326;POINT({WEST + column * STEP} {SOUTH + row * STEP})"


def plant(engine: Engine) -> Planted:
    """Put a row of every kind into both towns of the small district."""
    ids: dict[str, Any] = {}
    with engine.begin() as connection:
        for side, (word, column, row, area) in _SIDES.items():
            ids |= {
                f"{name}_{side}": value for name, value in _town(connection, word, area).items()
            }
            _places(connection, word, column, row)
            ids |= {
                f"{name}_{side}": value
                for name, value in _work(connection, word, at(column, row), area).items()
            }
        ids["both_patrol"] = _patrol(connection, (OURS, LEAKED))
    for side, (_, column, row, _) in {**_SIDES, "far": ("", 50.0, 50.0, "")}.items():
        place = to_world(np.array([[WEST + column * STEP, SOUTH + row * STEP]])) * 2**_ZOOM
        x, y = np.floor(place[0]).astype(int).tolist()
        ids[f"tile_{side}"] = f"{_ZOOM}/{x}/{y}"
    return Planted(ids)


def _town(connection: Connection, word: str, area: str) -> dict[str, Any]:
    return {"area": area, "unit": f"{area}001", "micro": f"{area}001001", "word": word}


def _places(connection: Connection, word: str, column: float, row: float) -> None:
    point = {"source_id": word, "point": at(column, row)}
    connection.execute(
        insert(address).values(**point, text=f"上海市嘉定区{word}路1号", households=5)
    )
    words = {"subject": word, "description": word, "category": "fire", "origin": "reported"}
    # Twice at one place, so that the place comes up again; long ago, so that its day has passed.
    for number in (1, 2):
        name = {"source_id": f"{word}-{number}"}
        connection.execute(
            insert(hazard).values({**point, **name, **words, "found_at": _DAY.replace(day=number)})
        )
    connection.execute(
        insert(hazard).values(
            **{**point, "source_id": f"{SECRET}{word}"}, **words, confidential=True, found_at=_DAY
        )
    )
    connection.execute(insert(patrol_point).values(**point, name=word, category=word))


def _work(connection: Connection, word: str, point: str, area: str) -> dict[str, Any]:
    """A hold, a campaign, a patrol and a plan."""
    micro, other = f"{area}001001", f"{area}001002"
    for kind in ("patrol", "address"):
        holds.hold(connection, kind, word, grid=other, reason=word, author=word)
    plan = drafts.new(connection, f"plan of {area}", author="x")
    drafts.edit(connection, plan, drafts.parse_edit("rename", {"code": micro, "name": "新名"}))
    return {
        "campaign": _campaign(connection, word, point, area),
        "patrol": _patrol(connection, (word,)),
        "stop": connection.scalar(select(patrol_stop.c.id).order_by(patrol_stop.c.id.desc())),
        "plan": plan,
    }


def _campaign(connection: Connection, word: str, point: str, area: str) -> str:
    area_id = connection.scalar(select(grid_version.c.grid_id).where(grid_version.c.code == area))
    head = insert(campaign).values(code=word, name_zh=word, grid_id=area_id)
    key = {"campaign_id": connection.scalar(head.returning(campaign.c.id))}
    day = _DAY.date()
    connection.execute(
        insert(campaign_phase).values(
            **key, position=1, code="p", name_zh=word, starts=day, ends=day.replace(day=30)
        )
    )
    task = insert(campaign_task).values(**key, position=1, code="t", name_zh=word)
    key["task_id"] = connection.scalar(task.returning(campaign_task.c.id))
    item = insert(campaign_item).values(**key, source_id=word, point=point, name=word)
    key["item_id"] = connection.scalar(item.returning(campaign_item.c.id))
    seen = {"stage": "before", "taken_on": day, "note": word, "author": word}
    connection.execute(insert(campaign_evidence).values(**key, **seen, source_id=word, point=point))
    return word


def _patrol(connection: Connection, words: tuple[str, ...]) -> int:
    """A plan that stops at the patrol points of these names."""
    head = insert(patrol_plan).values(
        starts=_DAY,
        ends=_DAY.replace(hour=22),
        officers=1,
        officer_hours=4,
        seed=0,
        asked={name: [] for name in ("categories", "grids")}
        | {"within": None, "found_by": "all", "every": 1, "by": "ride", "reach_m": 100},
        revision=1,
        expected=0,
        covered=0,
    )
    plan = int(connection.scalar(head.returning(patrol_plan.c.id)) or 0)
    for number, word in enumerate(words):
        point = connection.execute(
            select(patrol_point).where(patrol_point.c.source_id == word)
        ).one()
        connection.execute(
            insert(patrol_stop).values(
                plan_id=plan,
                officer=0,
                position=number,
                arrives=_DAY,
                minutes=1,
                point=point.point,
                patrol_point_id=point.id,
                micro_id=point.micro_id,
                name=word,
                address=word,
                why="expected",
                expected=0,
                recent=0,
            )
        )
    return plan


def plant_work(client: TestClient, chief: dict[str, str], planted: Planted) -> None:
    """A case of each town with all that is done about it, and the people there, as a chief does."""

    def send(path: str, json: Any, **more: Any) -> Any:
        answer = client.post(path, json=json, headers=chief, **more)
        assert answer.is_success, (path, answer.text)
        return answer.json()

    for side, (word, _, _, area) in _SIDES.items():
        ids, micro = planted.ids, f"{area}001001"
        point = _place(side)
        told = {"description": word, "place": word, "reporter": {"name": word, "telephone": word}}
        case = send("/v1/cases", {"category": "littering", **point, **told})
        own = f"/v1/cases/{case['number']}"
        meeting = {"subject": word, "attendees": [{"role": word}]}
        offices = dict.fromkeys(("police_station", "justice_office", "law_firm"), word)
        facility = {"kind": "drying-area", "name": word, **point}
        person = {"code": word, "name": word, "telephone": word}
        post = {"person": word, "grid": micro, "kind": "member", "own_post": word}
        counted = {"grid": micro, "as_of": "2024-05-01", "source": word}
        ids |= {
            f"case_{side}": case["number"],
            f"deliberation_{side}": send(f"{own}/deliberations", meeting)["id"],
            f"mediation_{side}": send(f"{own}/mediations", offices)["id"],
            **{
                f"{name}_{side}": send("/v1/facilities", facility)["id"]
                for name in ("facility", "spare")
            },
            **{
                f"{name}_{side}": _picture(client, chief, f"{own}/evidence", shade)
                for shade, name in zip(_SHADES[side], ("evidence", "picture"), strict=True)
            },
            f"leaver_{side}": f"leaver-{word}",
        }
        send("/v1/people", person)
        send("/v1/people", person | {"code": f"leaver-{word}"})
        send("/v1/posts", post | {"person": f"leaver-{word}"})
        ids[f"post_{side}"] = send("/v1/posts", post)["id"]
        team = {"code": word, "kind": "volunteers", "name_zh": word, "people": 1}
        send("/v1/teams", team | counted)
        send("/v1/party", {"groups": 1, "members": 1} | counted)
    joined = send("/v1/cases", {"category": "littering", **_place("in")})
    planted.ids["joined_in"] = joined["number"]
    step = {"version": joined["version"], "about": planted.ids["case_out"]}
    send(f"/v1/cases/{joined['number']}/merge", step)


def _place(side: str) -> dict[str, float]:
    _, column, row, _ = _SIDES[side]
    return {"lon": WEST + column * STEP, "lat": SOUTH + row * STEP}


def picture(shade: int) -> bytes:
    """A small JPEG, another one for each shade."""
    kept = io.BytesIO()
    Image.new("L", (8, 8), shade).save(kept, "JPEG")
    return kept.getvalue()


def _picture(client: TestClient, chief: dict[str, str], path: str, shade: int) -> str:
    files = {"picture": ("x.jpg", picture(shade), "image/jpeg")}
    answer = client.post(path, data={"stage": "before"}, files=files, headers=chief)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["sha256"])
