"""The collections: what each holds, and how it is described."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from api.ogc.crs import CRS84, listed_crs
from api.ogc.links import GEOJSON, JSON, SCHEMA, link
from gisgrid.errors import NotFound
from gisgrid.store.features import GRID_KINDS, HAZARD_KINDS

if TYPE_CHECKING:
    from gisgrid.store.filters import Kind

__all__ = ["BOUNDARY_COLLECTIONS", "COLLECTIONS", "Collection", "describe", "find_collection"]


@dataclass(frozen=True)
class Collection:
    """A collection of features.

    Attributes
    ----------
    id : str
        As in addresses.
    level : str or None
        Whose grids it holds; None for hazards.
    title, description : str
    kinds : mapping of property to kind
        What its features say and a filter may name, apart from the geometry.
    shape : str
        What kind of geometry they have, as a JSON schema names it.
    """

    id: str
    level: str | None
    title: str
    description: str
    kinds: Mapping[str, Kind]
    shape: str


def _grids(name: str, level: str, title: str) -> Collection:
    said = f"{title}：指定时刻有效的网格 / the grids valid at a time; without one, now."
    return Collection(name, level, title, said, GRID_KINDS, "multipolygon")


COLLECTIONS: Final[Mapping[str, Collection]] = {
    one.id: one
    for one in (
        _grids("areas", "area", "街镇 / areas"),
        _grids("units", "unit", "村居 / units"),
        _grids("micro-grids", "micro", "微网格 / micro-grids"),
        _grids("police-areas", "police", "警务区 / police areas"),
        Collection(
            "hazards",
            None,
            "隐患 / hazards",
            "可公开的隐患 / hazards that the viewer may see.",
            HAZARD_KINDS,
            "point",
        ),
    )
}
BOUNDARY_COLLECTIONS: Final = tuple(one for one in COLLECTIONS.values() if one.level is not None)


def find_collection(name: str) -> Collection:
    """The collection of a name.

    Raises
    ------
    NotFound
        There is none.
    """
    found = COLLECTIONS.get(name)
    if found is None:
        listed = ", ".join(COLLECTIONS)
        raise NotFound(
            "there is no such collection", where=repr(name[:60]), fix=f"name one of: {listed}"
        )
    return found


def describe(
    collection: Collection, base: str, bounds: list[float] | None, since: str | None
) -> dict[str, Any]:
    """What ``/collections/{id}`` says.

    Parameters
    ----------
    base : str
        Address of the landing page.
    bounds : list of float or None
        West, south, east, north.
    since : str or None
        When the oldest of its present features began.
    """
    own = f"{base}/collections/{collection.id}"
    extent: dict[str, Any] = {}
    if bounds is not None and np.isfinite(bounds).all():
        extent["spatial"] = {"bbox": [bounds], "crs": CRS84.uri}
    if since is not None:
        extent["temporal"] = {"interval": [[since, None]]}
    return {
        "id": collection.id,
        "title": collection.title,
        "description": collection.description,
        **({"extent": extent} if extent else {}),
        "itemType": "feature",
        "crs": listed_crs(),
        "storageCrs": CRS84.uri,
        "links": [
            link("self", own, JSON, collection.title),
            link("items", f"{own}/items", GEOJSON, "要素 / items"),
            link(
                "http://www.opengis.net/def/rel/ogc/1.0/queryables",
                f"{own}/queryables",
                SCHEMA,
                "可查询属性 / queryables",
            ),
            link(
                "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector",
                f"{own}/tiles",
                JSON,
                "矢量瓦片 / vector tiles",
            ),
        ],
    }
