"""A file of points, or a folder of such files, and what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gisgrid.errors import FileError
from gisgrid.files import open_source, require_columns
from gisgrid.geometry.crs import WGS84, Crs
from gisgrid.points.positions import point_columns
from gisgrid.points.sieve import require_crs

if TYPE_CHECKING:
    from gisgrid.files import Source

__all__ = ["PointFile", "Positions"]


@dataclass(frozen=True)
class Positions:
    """Where the rows of an opened file say where they lie.

    Attributes
    ----------
    crs : Crs
        Of the coordinates.
    at : (str, str) or None
        The columns of the coordinates; None for points of the rows' own.
    shapes : Crs
        Of the geometries that the rows bring.
    """

    crs: Crs
    at: tuple[str, str] | None
    shapes: Crs

    @property
    def of_shapes(self) -> Crs | None:
        """What holds of the geometries though the file may say otherwise; None: the file's word."""
        return self.crs if self.at is None else None


@dataclass(frozen=True, kw_only=True)
class PointFile:
    """Points and how to read them.

    Attributes
    ----------
    path : Path
        A file of any kind that gisgrid reads, or a folder of Parquet files.
    lon, lat : str, optional
        The columns of longitude and latitude, or easting and northing; without them the rows
        bring points of their own.
    crs : str, optional
        Of the coordinates, where the file does not say; GCJ-02 and BD-09 also where it says WGS 84.
    layer, encoding : str, optional
    """

    path: Path
    lon: str | None = None
    lat: str | None = None
    crs: str | None = None
    layer: str | None = None
    encoding: str | None = None

    def open(self, path: Path | None = None) -> Source:
        """Open the file, or one of the folder's."""
        return open_source(
            path or self.path, layer=self.layer, encoding=self.encoding, crs=self.crs
        )

    def positions(self, source: Source) -> Positions:
        """Where the rows of an opened file say where they lie.

        Raises
        ------
        InputError
            It is not said; the columns or the coordinate system are missing.
        """
        at = point_columns(source, self.lon, self.lat)
        crs = require_crs(source, at=at)
        if at is None:
            return Positions(crs, None, crs)
        require_columns(source, at)
        # What is stated is of the columns then; the geometries keep what the file says.
        said = Crs.of_file(source.crs_text) if source.crs_text else WGS84
        return Positions(crs, at, said)

    def parquet_files(self) -> list[Path]:
        """The files of a folder, by name.

        Raises
        ------
        FileError
            There is none, or they lie in folders of their own.
        """
        hidden = (".", "_")
        files = sorted(
            path for path in self.path.glob("*.parquet") if not path.name.startswith(hidden)
        )
        if not files or any(path.is_dir() for path in files):
            raise FileError(
                "the folder holds no Parquet files of its own", where=str(self.path),
                fix="name a file, or a folder of *.parquet",
            )  # fmt: skip
        return files
