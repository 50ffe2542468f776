"""Vector and table files, in and out."""

from __future__ import annotations

from gisgrid.files.batches import Batch, Source, require_columns
from gisgrid.files.cells import safe_cell
from gisgrid.files.opening import open_source
from gisgrid.files.rejects import Reject, RejectsFile
from gisgrid.files.writing import Written, write_frame

__all__ = [
    "Batch",
    "Reject",
    "RejectsFile",
    "Source",
    "Written",
    "open_source",
    "require_columns",
    "safe_cell",
    "write_frame",
]
