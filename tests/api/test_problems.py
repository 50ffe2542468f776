from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI, Request
from sqlalchemy import Engine, exc, text
from starlette.testclient import TestClient

from api.app import create_app
from api.logs import describe
from api.problems import KINDS, MEDIA_TYPE, kind_of, problem_of
from gisgrid import errors
from gisgrid.cli.errors import exit_code
from gisgrid.settings import Settings
from gisgrid.store.failures import explained

EXPECTED = {
    "GisgridError": 500,
    "Busy": 503,
    "InputError": 422,
    "FileError": 500,
    "ColumnError": 422,
    "EncodingError": 422,
    "CrsError": 422,
    "CoordinateError": 422,
    "CoverageError": 500,
    "LimitExceeded": 413,
    "MediaTypeError": 415,
    "RejectedError": 422,
    "NotFound": 404,
    "Conflict": 409,
    "Forbidden": 403,
    "PublishBlocked": 409,
    "StaleVersion": 412,
    "VersionRequired": 428,
    "DatabaseError": 503,
    "ServerError": 503,
    "TooManyRequests": 429,
    "Unauthenticated": 401,
    "UnsupportedVersion": 503,
    "SchemaOutdated": 503,
    "WorkerError": 500,
}
REQUEST = Request({"type": "http", "method": "GET", "path": "/x", "headers": [], "state": {}})


def document(error: Exception) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bytes(problem_of(REQUEST, error).body))
    return found


def test_every_error_of_the_tree_has_a_status() -> None:
    found = {name: kind_of(getattr(errors, name)("what")).status for name in errors.__all__}
    assert found == EXPECTED


def test_a_problem_says_what_where_and_how_to_mend_it() -> None:
    found = document(errors.CrsError("unknown system", where="'mars'", fix="give wgs84"))
    assert found == {
        "type": "urn:gisgrid:problem:crs",
        "title": KINDS[errors.CrsError].title,
        "status": 422,
        "detail": "'mars': unknown system",
        "instance": "/x",
        "fix": "give wgs84",
    }


@pytest.mark.parametrize(
    "error",
    [
        errors.DatabaseError("no answer", where="postgresql://secret@host/db"),
        errors.FileError("missing", where="/secret/leaflet.js"),
        exc.OperationalError("SELECT secret", {"p": "secret"}, Exception("secret")),
        exc.DataError("SELECT secret", {"p": "secret"}, Exception("secret")),
        exc.TimeoutError("secret"),
        ValueError("secret"),
    ],
)
def test_what_is_inside_stays_inside(error: Exception) -> None:
    answer = problem_of(REQUEST, error)
    assert answer.status_code >= 500
    assert b"secret" not in bytes(answer.body)


class Refusal(Exception):
    """What the database's driver raises."""

    def __init__(self, code: str) -> None:
        super().__init__("secret")
        self.pgcode = code


@pytest.mark.parametrize("code", ["40001", "40P01", "55P03", "57014"])
def test_a_change_that_another_one_holds_up_may_be_tried_again(code: str) -> None:
    error = exc.OperationalError("UPDATE secret", None, Refusal(code))
    answer = problem_of(REQUEST, error)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    found = json.loads(bytes(answer.body))
    assert found["type"] == "urn:gisgrid:problem:under-way"
    assert "try again" in found["fix"]
    assert "secret" not in str(found)
    assert exit_code(explained(error)) == 7
    assert exit_code(explained(exc.OperationalError("x", None, Refusal("53300")))) == 5


@pytest.fixture
def broken(settings: Settings, engine: Engine) -> Iterator[TestClient]:
    """A client of an application with routes that fail."""
    app: FastAPI = create_app(settings, engine=engine, demo=True)

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("the secret of lon=121.5")

    @app.get("/sql")
    def sql(where: str) -> None:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1 / length(:where) FROM nothing"), {"where": where})

    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize("address", ["/broken?lon=121.5", "/sql?where=secret"])
def test_an_unexpected_error_is_a_problem_and_logged_without_its_message(
    broken: TestClient, address: str, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = broken.get(address)
    assert answer.status_code == 500
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.json()["instance"] == address.partition("?")[0]
    assert "secret" not in answer.text
    assert "nothing" not in answer.text


def test_the_log_has_the_path_and_never_the_query(
    settings: Settings, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    with TestClient(create_app(settings, engine=engine, demo=True)) as client:
        client.get("/v1/resolve?lon=121.123456&lat=31.654321")
        client.get("/v1/resolve?lon=121.123456&lat=nan")
        client.get("/v1/grids/%22%0Aforged")
    said = capsys.readouterr()
    assert said.out == ""
    lines = [json.loads(line) for line in said.err.splitlines()]
    assert [(line["path"], line["status"]) for line in lines] == [
        ("/v1/resolve", 200),
        ("/v1/resolve", 422),
        ('/v1/grids/"\nforged', 422),
    ]
    assert "121.123456" not in said.err


def test_the_log_of_a_fault_names_the_place_in_the_code() -> None:
    try:
        raise exc.DataError("SELECT secret", {"p": "secret"}, Exception("secret"))
    except exc.DataError as error:
        facts = describe(error)
    assert facts["error"] == "DataError"
    assert "test_problems.py" in facts["at"]
    assert "secret" not in str(facts)


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/static/nothing.js", 404),
        ("GET", "/static/../app.py", 404),
        ("POST", "/v1/grids", 405),
        ("DELETE", "/v1/resolve", 405),
    ],
)
def test_what_the_framework_refuses_is_a_problem_too(
    broken: TestClient, method: str, address: str, status: int
) -> None:
    answer = broken.request(method, address)
    assert answer.status_code == status
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.json()["status"] == status
    if status == 405:
        assert answer.headers["allow"]
