"""The difference of two states as a document, and the places that move as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from gisgrid.files import Written, write_frame

if TYPE_CHECKING:
    from pathlib import Path

    from gisgrid.store.comparing import Comparison

__all__ = ["comparison_document", "export_moves"]

# Digits behind the point: a square decimetre, a share of a ten-thousandth, a centimetre.
_DIGITS: Final = {
    **dict.fromkeys(("area_m2", "area_m2_before", "area_m2_after"), 2),
    **dict.fromkeys(("share", "household_share"), 6),
    **dict.fromkeys(("compactness_before", "compactness_after"), 4),
    **dict.fromkeys(("on_lines_before", "on_lines_after"), 4),
    **dict.fromkeys(("lon", "lat"), 7),
}
_HIDDEN: Final = ("key", "id")


def comparison_document(found: Comparison) -> dict[str, Any]:
    """All of a comparison as JSON can hold it, with totals first."""
    moved = found.moves.groupby("kind").size()
    return {
        "before": found.before,
        "after": found.after,
        "totals": {
            "grids": {name: int(n) for name, n in found.grids.groupby("change").size().items()},
            "places": {name: int(n) for name, n in moved.items()},
            "households": int(found.moves["households"].fillna(0).sum()),
            "held": len(found.held),
            "area_m2": {
                level: round(float(area), 2)
                for level, area in found.ground.groupby("level")["area_m2"].sum().items()
            },
        },
        "grids": _records(found.grids),
        "ground": _records(found.ground),
        "moves": _records(found.moves),
        "held": _records(found.held),
    }


def export_moves(found: Comparison, path: Path, *, crs: str = "wgs84") -> Written:
    """Write the places that move, each with the grids it leaves and those it comes to.

    Raises
    ------
    FileError, CrsError
        As `gisgrid.files.write_frame`.
    """
    table = found.moves.drop(columns=["id"])
    shapes = shapely.points(table["lon"], table["lat"])
    frame = gpd.GeoDataFrame(table.drop(columns=["lon", "lat"]), geometry=shapes, crs="EPSG:4326")
    return write_frame(path, frame, crs=crs)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table; what is missing is None."""
    shown = table.drop(columns=[name for name in _HIDDEN if name in table])
    for name, digits in _DIGITS.items():
        if name in shown:
            shown[name] = shown[name].astype(float).round(digits)
    rows = shown.astype(object).where(shown.notna(), None).to_dict("records")
    return [{str(name): _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    """A number of Python's own."""
    return value.item() if hasattr(value, "item") else value
