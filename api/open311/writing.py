"""Open311's two forms of one answer: JSON, and XML made element by element."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal
from xml.etree.ElementTree import Element, SubElement, tostring

from fastapi import Response

from api.answers import PRIVATE, SHARED, json_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Extension", "written"]

Extension = Literal["json", "xml"]

# What an item of a list is called in XML.
_ITEMS: Final[Mapping[str, str]] = {
    "attributes": "attribute",
    "endpoints": "endpoint",
    "errors": "error",
    "formats": "format",
    "service_requests": "request",
    "services": "service",
    "values": "value",
}
_TYPES: Final[Mapping[str, str]] = {
    "json": "application/json; charset=utf-8",
    "xml": "text/xml; charset=utf-8",
}
# Characters that no XML 1.0 document may hold, not even escaped.
_UNWRITABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def written(
    content: Any, root: str, extension: str, *, status: int = 200, private: bool = True
) -> Response:
    """An answer in the form that was asked for.

    Parameters
    ----------
    content : list or dict
        As JSON says it.
    root : str
        The name of XML's root element, and of the list.
    extension : str
        ``json`` or ``xml``.
    private : bool
        It holds what not everybody may see.
    """
    body = _xml(content, root) if extension == "xml" else json_bytes(content)
    return Response(
        body,
        status_code=status,
        headers={
            "Content-Type": _TYPES[extension],
            "Cache-Control": PRIVATE if private else SHARED,
        },
    )


def _xml(content: Any, root: str) -> bytes:
    top = Element(root)
    _fill(top, content, root)
    document: bytes = tostring(top, encoding="utf-8", xml_declaration=True)
    return document


def _fill(parent: Element, value: Any, name: str) -> None:
    """Put a value below an element, whatever it holds."""
    if isinstance(value, dict):
        for key, one in value.items():
            _fill(SubElement(parent, key), one, key)
    elif isinstance(value, list):
        for one in value:
            _fill(SubElement(parent, _ITEMS[name]), one, _ITEMS[name])
    elif isinstance(value, bool):
        parent.text = "true" if value else "false"
    elif value is not None:
        parent.text = _UNWRITABLE.sub("", str(value))
