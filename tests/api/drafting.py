"""Plans over HTTP for tests: begun, and changed in the version that was read."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

__all__ = ["RENAME", "begin", "send"]

RENAME = {"kind": "rename", "code": "101001", "name": "新名"}


def begin(client: TestClient, name: str = "方案") -> tuple[str, str]:
    """A new plan: its address and its ETag."""
    made = client.post("/v1/plans", json={"name": name})
    assert made.status_code == 201, made.text
    assert made.headers["location"] == f"/v1/plans/{made.json()['id']}"
    return made.headers["location"], made.headers["etag"]


def send(
    client: TestClient, address: str, tag: str, body: Any = None, method: str = "POST"
) -> tuple[Any, str]:
    answer = client.request(method, address, json=body, headers={"If-Match": tag})
    assert answer.status_code == 200, answer.text
    return answer.json(), answer.headers["etag"]
