"""Cases over HTTP: told, listed, read, taken from step to step, and exchanged as CSV."""

from api.cases import files, reading, tables, working

__all__ = ["ROUTERS"]

ROUTERS = (files.router, reading.router, working.router, tables.router)
