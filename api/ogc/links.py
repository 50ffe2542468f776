"""Links between the resources of OGC, and the media types that they name."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Request

__all__ = ["GEOJSON", "JSON", "MVT", "PREFIX", "SCHEMA", "base_of", "link"]

PREFIX: Final = "/ogc"
JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"
SCHEMA: Final = "application/schema+json"
MVT: Final = "application/vnd.mapbox-vector-tile"


def base_of(request: Request) -> str:
    """The address of the landing page, as the caller knows it."""
    return str(request.base_url).rstrip("/") + PREFIX


def link(rel: str, href: str, media_type: str, title: str = "", **more: Any) -> dict[str, Any]:
    """A link as JSON."""
    titled = {"title": title} if title else {}
    return {"rel": rel, "href": href, "type": media_type, **titled, **more}
