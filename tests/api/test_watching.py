from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.responses import StreamingResponse
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from gisgrid.settings import Settings


@pytest.fixture
def app(settings: Settings, engine: Engine) -> Any:
    made = create_app(settings, engine=engine, demo=True)

    @made.get("/half")
    def half() -> StreamingResponse:
        def pieces() -> Iterator[bytes]:
            yield b"half"
            raise RuntimeError("of 121.5")

        return StreamingResponse(pieces())

    @made.get("/never")
    async def never() -> None:
        raise asyncio.CancelledError

    return made


def test_an_answer_that_breaks_is_counted_and_logged(app: Any) -> None:
    app.state.service.log._stream = stream = io.StringIO()
    with TestClient(app) as client:
        with pytest.raises(RuntimeError):
            client.get("/half")
        text = client.get("/metrics").text
    assert 'method="GET",route="/half",status="2xx"} 1.0' in text
    said = stream.getvalue()
    assert "121.5" not in said
    lines = [json.loads(line) for line in said.splitlines()]
    assert [(line["event"], line["path"]) for line in lines] == [
        ("broken", "/half"),
        ("request", "/half"),
        ("request", "/metrics"),
    ]


def test_a_request_that_is_cancelled_is_counted_as_left(app: Any) -> None:
    async def send(message: Any) -> None:
        raise AssertionError("nothing is sent")

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "path": "/never", "raw_path": b"/never"}
    scope |= {"query_string": b"", "headers": [], "client": ("a", 1)}
    # In a thread: where a browser is tested, this one has a loop that runs.
    with TestClient(app) as client, ThreadPoolExecutor(1) as thread:
        with pytest.raises(asyncio.CancelledError):
            thread.submit(lambda: asyncio.run(app(scope, receive, send))).result()
        assert 'route="/never",status="4xx"} 1.0' in client.get("/metrics").text
