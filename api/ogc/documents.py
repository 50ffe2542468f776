"""Documents that describe the service: the same for everybody, under the present revision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.answers import json_answer
from api.ogc.links import JSON
from api.reading import open_reading

if TYPE_CHECKING:
    from fastapi import Request, Response

    from api.service import Service

__all__ = ["send_document"]


def send_document(
    request: Request, service: Service, content: dict[str, Any], media_type: str = JSON
) -> Response:
    """The answer that holds a document."""
    with open_reading(service) as reading:
        return json_answer(request, content, reading, media_type=media_type)
