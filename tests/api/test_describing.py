"""The document says who gets in: the same as the doors do."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.access import OPEN
from api.app import create_app
from gisgrid.access import Right
from gisgrid.settings import Settings


def test_an_operation_without_security_is_one_that_answers_strangers(
    squares: Engine, settings: Settings
) -> None:
    with TestClient(create_app(settings, engine=squares, demo=False)) as client:
        document = client.get("/openapi.json").json()
        schemes = set(document["components"]["securitySchemes"])
        assert schemes == {"key", "session", "csrf"}
        for template, item in document["paths"].items():
            path = re.sub(r"\{[^}]*\}", "x", template.replace("{extension}", "json"))
            for method, operation in item.items():
                said = operation["security"]
                asked = f"{method.upper()} {path}"
                assert (said == []) == any(one.fullmatch(asked) for one in OPEN), asked
                if said:
                    refused = client.request(method, path)
                    assert refused.status_code in (401, 403), asked
                    changes = method not in ("get", "head")
                    assert ("csrf" in said[1]) == changes, asked
                    assert said[0] == {"key": []}


@pytest.mark.parametrize(
    ("path", "method", "right"),
    [
        ("/v1/cases", "get", Right.WORK_CASES),
        ("/v1/cases/{number}/reporter", "get", Right.SEE_PERSONAL),
        ("/v1/reports", "post", None),
    ],
)
def test_an_operation_names_the_right_that_it_needs(
    client: TestClient, path: str, method: str, right: Right | None
) -> None:
    operation = client.get("/openapi.json").json()["paths"][path][method]
    assert operation.get("x-right") == right
