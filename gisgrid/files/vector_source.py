"""Reading vector files through GDAL: GeoJSON, GeoPackage, Shapefile, FlatGeobuf."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from pyogrio.raw import open_arrow

from gisgrid.errors import FileError
from gisgrid.files.arrow import frame_of, geometries_of, plain_column, redecoded
from gisgrid.files.batches import Batch, Source
from gisgrid.files.encodings import undecodable
from gisgrid.geometry.crs import Crs

__all__ = ["VectorSource", "gdal_errors"]

DRIVERS = {
    "geojson": "GeoJSON",
    "gpkg": "GPKG",
    "shp": "ESRI Shapefile",
    "fgb": "FlatGeobuf",
}
# Reads any byte as one character and so gives the bytes back: GDAL's own recoding puts other
# characters or none in the place of what it cannot read.
BYTE_FOR_BYTE = "ISO-8859-1"


class VectorSource(Source):
    """A layer of a file that GDAL reads.

    Parameters
    ----------
    path : Path
        The file, as the user knows it.
    kind : str
        One of `DRIVERS`.
    layer : str, optional
        Needed where there are several.
    codec : str, optional
        The codec of a Shapefile's text; the other formats are UTF-8.
    crs : Crs, optional
        Stated; it wins over the file's.
    opened : Path, optional
        The file that is read in its place: an extracted or re-encoded copy.
    keep : TemporaryDirectory, optional
        The folder of that copy, removed by `close`.
    """

    def __init__(
        self,
        path: Path,
        kind: str,
        *,
        layer: str | None = None,
        codec: str | None = None,
        crs: Crs | None = None,
        opened: Path | None = None,
        keep: TemporaryDirectory[str] | None = None,
    ) -> None:
        self.path = path
        self._opened = opened or path
        self._keep = keep
        self._codec = codec
        # GDAL's own fast path for FlatGeobuf gives broken offsets where a shape is missing.
        pyogrio.set_gdal_config_options({"OGR_FLATGEOBUF_STREAM_BASE_IMPL": True})
        with gdal_errors(path):
            self._layer = self._choose(layer)
            info = pyogrio.read_info(
                self._opened, layer=self._layer, encoding=self._encoding, force_feature_count=True
            )
        if info["driver"] != DRIVERS[kind]:
            raise FileError(f"the content is not {DRIVERS[kind]}", where=str(path))
        self.rows = int(info["features"])
        if self.rows <= 0:
            raise FileError("the file has no features", where=str(path))
        self._raw = tuple(str(name) for name in info["fields"])
        types = zip(self._raw, info["ogr_types"], strict=True)
        # GeoPackage keeps times in UTC, and GDAL leaves out the sign of it.
        self._utc = {name for name, kept in types if kind == "gpkg" and kept == "OFTDateTime"}
        self.columns = tuple(self._named(name) for name in self._raw)
        self.has_geometry = info["geometry_type"] is not None
        self.crs_text = info["crs"]
        if crs is not None:
            self.crs = crs
        elif self.crs_text:
            self.crs = Crs.of_file(self.crs_text)

    @property
    def _encoding(self) -> str | None:
        return BYTE_FOR_BYTE if self._codec else None

    def close(self) -> None:
        if self._keep is not None:
            self._keep.cleanup()

    def _choose(self, layer: str | None) -> str:
        names = [str(name) for name, _ in pyogrio.list_layers(self._opened)]
        where, listed = str(self.path), ", ".join(names)
        if not names:
            raise FileError("the file is broken or has no layers", where=where)
        if layer is None and len(names) > 1:
            raise FileError("the file has several layers", where=where, fix=f"--layer: {listed}")
        if layer is not None and layer not in names:
            raise FileError(f"there is no layer {layer!r}", where=where, fix=f"layers: {listed}")
        return layer or names[0]

    def _named(self, raw: str) -> str:
        if self._codec is None:
            return raw
        try:
            return raw.encode(BYTE_FOR_BYTE).decode(self._codec)
        except UnicodeError:
            raise undecodable(self.path, "column names", self._codec) from None

    def _read(self, columns: tuple[str, ...], size: int) -> Iterator[Batch]:
        raw = [self._raw[self.columns.index(name)] for name in columns]
        first = 1
        with ExitStack() as stack:
            with gdal_errors(self.path):
                meta, reader = stack.enter_context(
                    open_arrow(
                        self._opened,
                        layer=self._layer,
                        encoding=self._encoding,
                        columns=raw,
                        read_geometry=self.has_geometry,
                        batch_size=size,
                        use_pyarrow=True,
                        datetime_as_string=True,
                    )
                )
            shape = (meta["geometry_name"] or "wkb_geometry") if self.has_geometry else None
            while True:
                with gdal_errors(self.path):
                    table = next(reader, None)
                    if table is not None:
                        table.validate(full=False)
                if table is None:
                    break
                yield self._batch(table, columns, raw, shape, first)
                first += table.num_rows
        if self.rows is not None and first - 1 < self.rows:
            raise FileError(f"the file breaks off after row {first - 1}", where=str(self.path))

    def _batch(
        self, table: pa.RecordBatch, columns: tuple[str, ...], raw: list[str],
        shape: str | None, first: int,
    ) -> Batch:  # fmt: skip
        arrays = []
        for name, raw_name in zip(columns, raw, strict=True):
            array: Any = table.column(raw_name)
            if self._codec is not None and pa.types.is_string(array.type):
                array = redecoded(array, self._codec, path=self.path, column=name, first_row=first)
            else:
                array = plain_column(array, path=self.path, column=name, first_row=first)
            arrays.append(_in_utc(array) if raw_name in self._utc else array)
        frame = frame_of(columns, arrays, table.num_rows)
        if shape is None:
            return Batch(first, frame)
        geometry, faults = geometries_of(table.column(shape), first)
        return Batch(first, frame, geometry, tuple(faults))


def _in_utc(array: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(array, r"(T[0-9:.]+)$", r"\1Z")


@contextmanager
def gdal_errors(path: Path, what: str = "is broken or cannot be read") -> Iterator[None]:
    """Turn GDAL's failures into ours, in one line, and keep its talk off the terminal.

    What it warns of is seen to elsewhere: layers are chosen by name, encodings are decoded here,
    and geometries are checked when they are used.
    """
    logger = logging.getLogger("pyogrio")
    before = logger.level
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            logger.setLevel(logging.CRITICAL)
            yield
    except (DataSourceError, DataLayerError, pa.ArrowInvalid, RuntimeError, OSError) as error:
        text = " ".join(str(error).split("; It might help")[0].split())[:200]
        raise FileError(f"the file {what}: {text}", where=str(path)) from None
    except UnicodeError:
        raise undecodable(path, "column names", "utf-8") from None
    finally:
        logger.setLevel(before)
