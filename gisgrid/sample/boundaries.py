"""The sample's boundaries as GeoJSON files, byte for byte the same for the same district."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from gisgrid.sample.district import NOTICE, District

__all__ = ["FILES", "boundary_text", "write_boundaries"]

FILES = {
    "area": "areas.geojson",
    "unit": "units.geojson",
    "micro": "micros.geojson",
    "police": "police.geojson",
}


def _feature(row: dict[str, Any]) -> str:
    properties = {
        "code": row["code"],
        "name": row["name"],
        "parent": row["parent"],
        "special": bool(row["special"]),
        "households": None if pd.isna(row["households"]) else int(row["households"]),
        "notice": NOTICE,
    }
    feature = {
        "type": "Feature",
        "properties": properties,
        "geometry": json.loads(shapely.to_geojson(row["geometry"])),
    }
    return json.dumps(feature, ensure_ascii=False, separators=(",", ":"))


def boundary_text(grids: gpd.GeoDataFrame, level: str) -> str:
    """Write one level as an RFC 7946 FeatureCollection, a feature a line, six decimals.

    Parameters
    ----------
    grids : geopandas.GeoDataFrame
        As in :class:`gisgrid.sample.District`.
    level : str
        area, unit, micro or police.
    """
    rows = grids[grids["level"] == level].sort_values("code").to_dict("records")
    head = json.dumps({"name": level, "notice": NOTICE}, ensure_ascii=False)[1:-1]
    features = ",\n".join(_feature({str(k): v for k, v in row.items()}) for row in rows)
    return f'{{"type": "FeatureCollection", {head}, "features": [\n{features}\n]}}\n'


def write_boundaries(district: District, folder: Path) -> list[Path]:
    """Write ``areas``, ``units``, ``micros`` and ``police`` ``.geojson`` into a folder.

    Parameters
    ----------
    district : District
    folder : Path
        Made where it is missing.

    Returns
    -------
    list of Path
        The files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for level, name in FILES.items():
        path = folder / name
        path.write_text(boundary_text(district.grids, level), encoding="utf-8", newline="\n")
        paths.append(path)
    return paths
