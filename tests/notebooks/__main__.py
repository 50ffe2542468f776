"""Run the notebooks and store their outputs: ``python -m tests.notebooks [NAME …]``.

The database is the demo's, and for a notebook that publishes a copy of it.
"""

from __future__ import annotations

import os
import sys

import nbformat

from tests.notebooks.running import NOTEBOOKS, run, storable

own = {name: value for name, value in os.environ.items() if name != "GISGRID_DATABASE_URL"}
for path in NOTEBOOKS:
    if path.stem in (sys.argv[1:] or [path.stem]):
        nbformat.write(storable(run(path, own)), path)
