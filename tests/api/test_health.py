from __future__ import annotations

from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from api.app import create_app
from gisgrid.settings import Settings

from .district import SOUTH, WEST


def test_alive_and_ready(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    assert client.get("/readyz").json() == {"status": "ready", "revision": 4}


def test_a_probe_may_ask_for_the_head_alone(client: TestClient) -> None:
    for address in ("/healthz", "/readyz"):
        answer = client.head(address)
        assert (answer.status_code, answer.content) == (200, b"")


def test_without_its_database_it_is_alive_and_not_ready(
    client: TestClient, squares: Engine, admin: Engine
) -> None:
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{squares.url.database}" WITH (FORCE)'))
    assert client.get("/healthz").status_code == 200
    past = f"/v1/resolve?lon={WEST}&lat={SOUTH}&at=2024-06-01"
    for address in ("/readyz", past, "/maps/grids", "/"):
        answer = client.get(address)
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"]
        assert str(squares.url.database) not in answer.text
    # The present is answered from memory, and says of which revision it is.
    for address in (f"/v1/resolve?lon={WEST}&lat={SOUTH}", f"/v1/resolve?lat={SOUTH}&lon={WEST}"):
        answer = client.get(address)
        assert (answer.status_code, answer.json()["revision"]) == (200, 4)
    assert client.post("/v1/resolve/batch", json={"points": [[WEST, SOUTH]]}).status_code == 200


def test_an_older_schema_is_not_ready(engine: Engine, settings: Settings) -> None:
    with TestClient(create_app(settings, engine=engine, demo=True)) as client:
        with engine.begin() as connection:
            connection.execute(text("UPDATE gisgrid.alembic_version SET version_num = '0001'"))
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "gisgrid" in answer.json()["fix"]


def test_an_empty_database_is_not_ready(engine: Engine, settings: Settings) -> None:
    with TestClient(create_app(settings, engine=engine, demo=True)) as client:
        with engine.begin() as connection:
            # Dropping it would lock table by table, against the thread that follows publishes.
            connection.execute(text("ALTER SCHEMA gisgrid RENAME TO gone"))
        assert client.get("/readyz").status_code == 503


def test_the_database_is_reached_at_start_up_and_let_go_at_the_end(
    database_url: str, settings: Settings
) -> None:
    app = create_app(settings, database=database_url)
    assert app.state.service.running is None
    with TestClient(app) as client:
        assert client.get("/readyz").status_code == 200
        engine = app.state.service.engine
        assert engine.pool.size() == settings.pool_size
    assert app.state.service.running is None
    assert engine.pool.checkedout() == 0
