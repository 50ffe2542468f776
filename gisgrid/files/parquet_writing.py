"""Writing Parquet from Arrow tables, encoded for what they hold."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

__all__ = ["parquet_writer"]


def parquet_writer(path: Path, schema: pa.Schema, shape: str | None = None) -> pq.ParquetWriter:
    """Open a file for tables of one schema.

    Parameters
    ----------
    path : Path
    schema : pyarrow.Schema
    shape : str, optional
        The column of the geometry.

    Returns
    -------
    pyarrow.parquet.ParquetWriter
        To be closed; use it in a ``with`` block.
    """
    # A dictionary of coordinates is given up after a row group has paid for it.
    repeating = [field.name for field in schema if field.name != shape and _repeats(field.type)]
    return pq.ParquetWriter(path, schema, use_dictionary=repeating or False)


def _repeats(kind: pa.DataType) -> bool:
    return not (pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_nested(kind))
