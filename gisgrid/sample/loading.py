"""Loading the sample district into a database, by the same way that files take."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import shapely

from gisgrid.imports.aliases import AliasLoader
from gisgrid.imports.campaigns import CampaignFiles, load_campaign
from gisgrid.imports.loading import PointLoader
from gisgrid.sample.campaign_files import write_campaign
from gisgrid.sample.case_loading import load_cases
from gisgrid.sample.staff_loading import load_people
from gisgrid.store import clock, imports, plans
from gisgrid.store.addresses.aliases import NewAlias
from gisgrid.store.copying import as_multi, ewkb
from gisgrid.store.notices import SAMPLE_NOUN
from gisgrid.store.places import Stage
from gisgrid.store.publish import publish
from gisgrid.store.tables import (
    LEVELS,
    address,
    building,
    dividing_line,
    facility,
    hazard,
    patrol_point,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    import pandas as pd
    from sqlalchemy import Connection, Engine, Table

    from gisgrid.sample.district import District
    from gisgrid.sample.market import CampaignSample

__all__ = ["EFFECTIVE", "load_district"]

_ZONE: Final = ZoneInfo("Asia/Shanghai")

# The day after the one that the divisions' register is of.
EFFECTIVE: Final = datetime(2023, 7, 1, tzinfo=_ZONE)


def load_district(engine: Engine, district: District) -> None:
    """Publish the boundaries of the sample district and load all that lies in them.

    One transaction: afterwards everything is there, or nothing.
    """
    with engine.begin() as connection:
        import_id = imports.begin(
            connection, noun=SAMPLE_NOUN, source="gisgrid.sample", crs="wgs84"
        )
        for level in LEVELS:
            frame = district.grids[district.grids["level"] == level]
            plan_id = plans.add(
                connection,
                name=f"sample {level}",
                level=level,
                frame=frame,
                effective_at=EFFECTIVE,
                import_id=import_id,
            )
            publish(connection, plan_id, overlap_tolerance_m2=0.0, author=SAMPLE_NOUN)
        rows = _Loader(connection, import_id).load(district)
        imports.finish(
            connection, import_id, rows_read=rows, rows_taken=rows, rows_rejected=0, warnings=[]
        )


def _texts(frame: pd.DataFrame, *columns: str) -> Iterator[tuple[str, ...]]:
    return zip(*(frame[name].astype(str) for name in columns), strict=True)


class _Loader:
    def __init__(self, connection: Connection, import_id: int) -> None:
        self._connection = connection
        self._import_id = import_id

    def load(self, district: District) -> int:
        """Load everything but the grids; the number of rows."""
        buildings = district.buildings
        footprints = buildings.geometry.to_numpy(dtype=object)
        inner = buildings.set_geometry(shapely.point_on_surface(footprints), crs="EPSG:4326")
        columns = {name: buildings[name] for name in ("name", "floors", "households")}
        self._points(building, inner, columns | {"geom": ewkb(as_multi(footprints))})
        addresses = district.addresses
        self._points(
            address,
            addresses,
            {
                "text": addresses["address"],
                "category": np.full(len(addresses), "standard", dtype=object),
                "households": addresses["households"],
                "residents": addresses["residents"],
            },
        )
        hazards = district.hazards
        names = ("category", "subject", "severity", "state", "origin", "confidential")
        times = ("found_at", "fixed_at", "description")
        self._points(hazard, hazards, {name: hazards[name] for name in (*names, *times)})
        patrols = district.patrols
        category = np.full(len(patrols), "routine", dtype=object)
        self._points(patrol_point, patrols, {"name": patrols["name"], "category": category})
        self._facilities(district.facilities)
        self._lines(district.lines)
        self._aliases(district.aliases)
        self._campaign(district.campaign)
        load_people(self._connection, district.people, EFFECTIVE)
        now = clock.now(self._connection, _ZONE)
        load_cases(self._connection, district.cases, self._import_id, now)
        frames: tuple[pd.DataFrame, ...] = (buildings, addresses, hazards, patrols)
        frames += (district.lines, district.aliases, district.campaign.items)
        frames += (district.people.persons, district.people.posts)
        return sum(len(frame) for frame in frames) + len(district.cases) + len(district.facilities)

    def _points(self, table: Table, frame: gpd.GeoDataFrame, columns: dict[str, Any]) -> None:
        loader = PointLoader(self._connection, table, list(columns))
        size = len(frame)
        loader.add(
            np.arange(1, size + 1, dtype=np.int64),
            frame["id"].to_numpy(dtype=object),
            frame.geometry.x.to_numpy(),
            frame.geometry.y.to_numpy(),
            columns,
            np.ones(size, dtype=np.bool_),
        )
        loader.merge(self._import_id)

    def _facilities(self, facilities: gpd.GeoDataFrame) -> None:
        names = ("kind", "name", "installed_on", "expires_on", "upkeep_every_days")
        self._points(facility, facilities, {name: facilities[name] for name in names})

    def _lines(self, lines: gpd.GeoDataFrame) -> None:
        stage = Stage(self._connection, dividing_line, ["source_id", "geom", "class", "name"])
        stage.add(
            {
                "row": np.arange(1, len(lines) + 1),
                "source_id": lines["id"],
                "geom": ewkb(as_multi(lines.geometry.to_numpy(dtype=object))),
                "class": lines["cls"],
                "name": lines["name"].fillna(""),
            }
        )
        stage.merge({"import_id": self._import_id})

    def _aliases(self, aliases: pd.DataFrame) -> None:
        loader = AliasLoader(self._connection, SAMPLE_NOUN)
        for row, (name, means, kind) in enumerate(_texts(aliases, "name", "means", "kind"), 1):
            loader.add(row, NewAlias(name, means, kind))
        loader.merge(self._import_id)

    def _campaign(self, campaign: CampaignSample) -> None:
        """As everybody's campaign comes: from the files of a spreadsheet."""
        with TemporaryDirectory() as folder:
            write_campaign(campaign, Path(folder))
            files = CampaignFiles(paths=(Path(folder),), crs="wgs84", strict=True)
            load_campaign(self._connection, files, zone=_ZONE, author=SAMPLE_NOUN)
