"""The properties of a collection as a JSON schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from api.ogc.collections import Collection

__all__ = ["queryables"]

_TYPES: Final[Mapping[str, dict[str, str]]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "instant": {"type": "string", "format": "date-time"},
}
_TITLES: Final[Mapping[str, str]] = {
    "code": "编码 / code",
    "name": "名称 / name",
    "parent": "上级编码 / parent's code",
    "special": "专属网格 / special grid",
    "households": "户数 / households",
    "valid_from": "生效时间 / valid from",
    "category": "类别 / category",
    "subject": "主题 / subject",
    "severity": "等级 / severity",
    "state": "状态 / state",
    "origin": "来源 / origin",
    "found_at": "发现时间 / found at",
    "fixed_at": "整改时间 / fixed at",
    "description": "说明 / description",
}


def queryables(collection: Collection, address: str) -> dict[str, Any]:
    """The schema of what filters of a collection may name."""
    properties: dict[str, Any] = {
        name: {"title": _TITLES[name], **_TYPES[kind]} for name, kind in collection.kinds.items()
    }
    properties["geometry"] = {
        "title": "几何 / geometry",
        "format": f"geometry-{collection.shape}",
        "x-ogc-role": "primary-geometry",
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "type": "object",
        "title": collection.title,
        "properties": properties,
        "additionalProperties": False,
    }
