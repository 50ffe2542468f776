"""The command line: ``gisgrid``."""

from gisgrid.cli.app import app, main

__all__ = ["app", "main"]
