"""The command line: ``gisgrid``.

The modules here import what is heavy (geopandas, SQLAlchemy, folium) inside the commands that use
it, so that ``--help`` and the light commands answer at once.
"""

from gisgrid.cli.app import app, main

__all__ = ["app", "main"]
