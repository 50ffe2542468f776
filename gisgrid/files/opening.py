"""Opening any file that gisgrid reads."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from gisgrid.errors import EncodingError, FileError
from gisgrid.files.batches import Source
from gisgrid.files.csv_source import CsvSource
from gisgrid.files.encodings import codec_of
from gisgrid.files.geojson import open_geojson
from gisgrid.files.kinds import NAMES, require_file
from gisgrid.files.parquet_source import ParquetSource
from gisgrid.files.shapefile import open_shapefile, open_zip
from gisgrid.files.vector_source import VectorSource
from gisgrid.geometry.crs import Crs

__all__ = ["open_source"]


def open_source(
    path: str | PathLike[str], *, layer: str | None = None, encoding: str | None = None,
    crs: Crs | str | None = None,
) -> Source:  # fmt: skip
    """Open a file of rows by its extension, without reading it all.

    Parameters
    ----------
    path : path
        CSV (also ``.csv.gz``), GeoJSON, GeoPackage, Shapefile (also zipped), FlatGeobuf, Parquet
        or GeoParquet.
    layer : str, optional
        The layer, needed where a file has several.
    encoding : str, optional
        Of the text in CSV, Shapefile and GeoJSON; UTF-8 when neither stated nor in the file.
    crs : Crs or str, optional
        Stated coordinate system; it wins over the file's, and whether the two can go together is
        for `gisgrid.points.sieve.require_crs` to say. Without one, `Source.crs` is what the file
        says, or None.

    Returns
    -------
    Source

    Raises
    ------
    FileError
        When the file is missing, empty, broken, of an unknown kind, or has several layers.
    EncodingError
        When its text cannot be decoded.
    CrsError
        When its coordinate system, or the stated one, cannot be read.
    """
    file = Path(path)
    stated = Crs.parse(crs) if isinstance(crs, str) else crs
    kind = require_file(file)
    if layer is not None and kind in ("csv", "parquet"):
        raise FileError("this kind of file has no layers", where=str(file), fix="leave --layer out")
    if encoding is not None and kind in ("gpkg", "fgb", "parquet"):
        codec = codec_of(encoding, where=str(file))
        if not codec.startswith("utf-8"):
            raise EncodingError(
                f"{NAMES[kind]} is utf-8 by its standard", where=str(file),
                fix="leave --encoding out",
            )  # fmt: skip
    if kind == "csv":
        return CsvSource(file, encoding=encoding, crs=stated)
    if kind == "parquet":
        return ParquetSource(file, crs=stated)
    if kind == "geojson":
        return open_geojson(file, layer=layer, encoding=encoding, crs=stated)
    if kind == "shp":
        return open_shapefile(file, layer=layer, encoding=encoding, crs=stated)
    if kind == "zip":
        return open_zip(file, layer=layer, encoding=encoding, crs=stated)
    return VectorSource(file, kind, layer=layer, crs=stated)
