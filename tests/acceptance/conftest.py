"""The sample district behind a closed door, and the people who come in with keys of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import shapely
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from api.app import create_app
from gisgrid.settings import Settings
from gisgrid.store.engine import make_engine
from tests.api.signing import signed_in


@dataclass(frozen=True)
class Person:
    """Somebody who asks, with a key or without one."""

    client: TestClient
    headers: dict[str, str]

    def ask(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        """Ask, and expect an answer of a status."""
        headers = self.headers | more.pop("headers", {})
        found = self.client.request(method, path, headers=headers, **more)
        assert found.status_code == status, f"{method} {path}: {found.text}"
        is_json = "json" in found.headers.get("content-type", "")
        return found.json() if is_json else found.content

    def get(self, path: str, status: int = 200, **parameters: Any) -> Any:
        return self.ask("GET", path, status, params=parameters)

    def post(self, path: str, status: int = 200, **body: Any) -> Any:
        return self.ask("POST", path, status, json=body)

    def step(self, number: str, action: str, status: int = 200, **body: Any) -> Any:
        """Take a step with a case as it stands now."""
        version = self.get(f"/v1/cases/{number}")["version"]
        return self.post(f"/v1/cases/{number}/{action}", status, version=version, **body)


class District:
    """The served district."""

    def __init__(self, client: TestClient, engine: Engine) -> None:
        self.client = client
        self.engine = engine
        self.resident = Person(client, {})

    def person(
        self,
        role: str,
        *grids: str,
        police: str = "",
        department: str = "",
        whole: bool = False,
    ) -> Person:
        """Somebody with a role in grids, in a police area, or in the whole district."""
        areas = [police] if police else []
        headers = signed_in(
            None,
            self.engine,
            role,
            grids=grids,
            police=areas,
            department=department,
            whole=whole,
        )
        return Person(self.client, headers)

    def place(self, code: str) -> tuple[float, float]:
        """A point well inside a grid."""
        inner = shapely.point_on_surface(self.shape(code))
        return float(inner.x), float(inner.y)

    def shape(self, code: str) -> Any:
        """The polygon of a grid."""
        query = text(
            "SELECT ST_AsBinary(b.geom) FROM gisgrid.boundary_version AS b "
            "JOIN gisgrid.grid_version AS g ON g.grid_id = b.grid_id "
            "WHERE g.code = :code AND upper_inf(b.valid) AND upper_inf(g.valid)"
        )
        with self.engine.connect() as connection:
            return shapely.from_wkb(bytes(connection.scalar(query, {"code": code})))

    def codes(self, level: str, beginning: str = "") -> list[str]:
        """The codes of the grids of a level that begin so, in order."""
        query = text(
            "SELECT g.code FROM gisgrid.grid_version AS g JOIN gisgrid.grid ON grid.id = g.grid_id "
            "WHERE grid.level = :level AND upper_inf(g.valid) AND starts_with(g.code, :beginning) "
            "ORDER BY g.code"
        )
        with self.engine.connect() as connection:
            return list(connection.scalars(query, {"level": level, "beginning": beginning}))

    def police_area(self, code: str) -> str:
        """The code of the police area in which the middle of a grid lies."""
        lon, lat = self.place(code)
        query = text(
            "SELECT code FROM gisgrid.owners_at(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), now()) "
            "WHERE level = 'police'"
        )
        with self.engine.connect() as connection:
            return str(connection.scalar(query, {"lon": lon, "lat": lat}))


@pytest.fixture(scope="session")
def district_engine(clone: Callable[[str], str], sample_template: str) -> Iterator[Engine]:
    """A database of the sample district for all stories."""
    made = make_engine(clone(sample_template))
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def jiading(
    district_engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[District]:
    """The district, served to those who have a key."""
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    with TestClient(create_app(settings, engine=district_engine, demo=False)) as client:
        yield District(client, district_engine)
