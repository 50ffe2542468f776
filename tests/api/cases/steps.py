"""Reporting a case over HTTP and taking it from step to step."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from tests.api.district import SOUTH, STEP, WEST

__all__ = ["at", "step", "tell"]


def at(column: float, row: float) -> dict[str, float]:
    """A place of the small district, counted in its squares."""
    return {"lon": WEST + column * STEP, "lat": SOUTH + row * STEP}


def tell(
    client: TestClient, column: float = 0.25, row: float = 0.25, *, status: int = 201, **more: Any
) -> Any:
    """Report a case."""
    headers = more.pop("headers", {})
    body = {"category": "unlicensed-stall", **at(column, row), **more}
    answer = client.post("/v1/cases", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()


def step(client: TestClient, case: Any, action: str, *, status: int = 200, **more: Any) -> Any:
    """Take a step with a case, on the version that was read."""
    headers = more.pop("headers", {})
    body = {"version": case["version"], **more}
    answer = client.post(f"/v1/cases/{case['number']}/{action}", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json()
