"""The map-approval number (审图号) is on every map and page, once it is set."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from gisgrid.settings import Settings

NUMBER = "沪S(2026)<b>012</b>号"
SHOWN = "沪S(2026)&lt;b&gt;012&lt;/b&gt;号"


@pytest.mark.parametrize("number", [NUMBER, ""])
def test_every_map_and_page_prints_the_approval_number(
    squares: Engine, settings: Settings, number: str
) -> None:
    numbered = settings.model_copy(update={"map_approval": number})
    app = create_app(numbered, engine=squares, demo=True)
    with TestClient(app, client=("127.0.0.1", 50_000), base_url="http://127.0.0.1") as client:
        for path in ("/", "/planner", "/patrols", "/maps/grids", "/maps/hazards"):
            page = client.get(path)
            assert page.status_code == 200, path
            assert (SHOWN in page.text, "审图号" in page.text) == (bool(number),) * 2, path
            assert NUMBER not in page.text
