"""The outcome of a check as a document for programs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from shapely.geometry import mapping

if TYPE_CHECKING:
    from gisgrid.geometry.checking import Checked, Finding

__all__ = ["checked_document"]


def checked_document(checked: Checked) -> dict[str, Any]:
    """All findings with their shapes, what is accepted or too small, and the tolerances."""
    return {
        "findings": [_entry(one) for one in checked.findings],
        "accepted": [{**_entry(one), "reason": one.reason} for one in checked.accepted],
        "below": [asdict(one) for one in checked.below],
        "tolerances": asdict(checked.tolerances),
        "grids": dict(checked.grids),
        "errors": checked.errors,
        "warnings": checked.warnings,
    }


def _entry(one: Finding) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "severity": one.severity,
        "level": one.level,
        "codes": list(one.codes),
        "place": None if one.place is None else list(one.place),
        "area_m2": one.area_m2,
        "length_m": one.length_m,
        "width_m": one.width_m,
        "cause": one.cause,
        "message": one.message,
        "message_zh": one.message_zh,
        "message_en": one.message_en,
        "geometry": None if one.shape is None else mapping(one.shape),
    }
