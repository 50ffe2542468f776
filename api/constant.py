"""The application with one more route, that answers a constant: what `gisgrid bench http` measures
look-ups against. It is served for nothing else.
"""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI, Response

from api.app import create_app
from gisgrid.settings import Settings

__all__ = ["PATH", "create_app_with_constant"]

PATH: Final = "/constant"
# As long as the answer for a point of the sample district.
_BODY: Final = b'{"constant":"%b"}' % (b"-" * 600)


def create_app_with_constant() -> FastAPI:
    """The application, read from ``GISGRID_…``, with a plain route of FastAPI at `PATH`."""
    # Open to this machine: what is measured is look-ups, not who asks.
    app = create_app(Settings(), alone=True, demo=True)

    @app.get(PATH, include_in_schema=False)
    async def constant() -> Response:
        return Response(_BODY, media_type="application/json")

    return app
