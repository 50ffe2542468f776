"""Answers of Open311 read in both forms, which have to say the same."""

from __future__ import annotations

from typing import Any

from defusedxml import ElementTree
from starlette.testclient import TestClient

_ITEMS = ({"service", "request", "error", "attribute", "value"}, {"endpoint"}, {"format"})


def spark(element: Any) -> Any:
    """An element as the standard's mapping from XML to JSON has it: lists below plurals."""
    children = list(element)
    if not children:
        return element.text
    if any({child.tag for child in children} <= items for items in _ITEMS):
        return [spark(child) for child in children]
    return {child.tag: spark(child) for child in children}


def texts(value: Any) -> Any:
    """JSON with its leaves as XML writes them."""
    if isinstance(value, list):
        return [texts(one) for one in value]
    if isinstance(value, dict):
        return {key: texts(one) for key, one in value.items()}
    if value is None or value == "":
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def both(client: TestClient, path: str, root: str, **more: Any) -> Any:
    """An answer as JSON, which XML says too."""
    told = client.get(f"{path}.json", **more)
    said = client.get(f"{path}.xml", **more)
    assert told.headers["content-type"] == "application/json; charset=utf-8"
    assert said.headers["content-type"] == "text/xml; charset=utf-8"
    assert said.content.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    element = ElementTree.fromstring(said.content, forbid_dtd=True)
    assert element.tag == root
    assert (spark(element) or []) == texts(told.json())
    assert told.status_code == said.status_code
    return told.json()
