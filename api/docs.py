"""The description of the API, and the page that shows it, from files of our own."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse

from api.access import CurrentViewer
from api.headers import page_nonce
from api.pages.rendering import render

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/openapi.json")
async def description(request: Request, viewer: CurrentViewer) -> JSONResponse:
    """The OpenAPI document."""
    return JSONResponse(request.app.openapi())


@router.get("/docs")
async def docs(request: Request, viewer: CurrentViewer) -> HTMLResponse:
    """The description as a page; FastAPI's own would load its parts from elsewhere."""
    return HTMLResponse(render("docs.html", nonce=page_nonce(request)))
