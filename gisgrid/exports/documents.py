"""Records of the store as documents for programs."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gisgrid.geometry.checking import Finding

__all__ = ["document", "warning"]


def document(value: Any, zone: tzinfo) -> Any:
    """A record as JSON can hold it: fields by their names, times as ISO 8601 in a zone."""
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value):
        return {one.name: document(getattr(value, one.name), zone) for one in fields(value)}
    if isinstance(value, dict):
        return {key: document(one, zone) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [document(one, zone) for one in value]
    return value


def warning(one: Finding) -> dict[str, Any]:
    """A finding that a publish goes on with, in short."""
    return {
        "kind": one.kind,
        "codes": list(one.codes),
        "place": None if one.place is None else list(one.place),
        "area_m2": one.area_m2,
        "message": one.message,
    }
