"""Run the notebooks and store their outputs: ``python -m tests.notebooks``.

The database is the demo's, or that of ``GISGRID_DATABASE_URL``.
"""

from __future__ import annotations

import os

import nbformat

from tests.notebooks.running import NOTEBOOKS, run, storable

for path in NOTEBOOKS:
    nbformat.write(storable(run(path, os.environ)), path)
