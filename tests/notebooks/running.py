"""Running a notebook from top to bottom, and what is stored of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

__all__ = ["NOTEBOOKS", "read", "run", "storable"]

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))

# Seconds for one cell; the machine may be busy.
PATIENCE = 300


def read(path: Path) -> NotebookNode:
    """A notebook as it is stored."""
    return nbformat.read(path, as_version=nbformat.NO_CONVERT)


def run(path: Path, environment: Mapping[str, str]) -> NotebookNode:
    """A notebook with the outputs of a run in a fresh kernel of this Python, in its own folder.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        A cell fails; its traceback is the message.
    """
    notebook = read(path)
    folder = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(notebook, timeout=PATIENCE, kernel_name="python3", resources=folder)
    # A cell that fails ends the run; what was opened is still closed in peace.
    client.create_kernel_manager().shutdown_wait_time = PATIENCE
    with client.setup_kernel(env=dict(environment)):
        for number, cell in enumerate(notebook.cells):
            client.execute_cell(cell, number, execution_count=client.code_cells_executed + 1)
        # All is closed by now, and in peace a kernel waits 30 s for a tracker that heeds no signal.
        client.shutdown_kernel = "immediate"
    return notebook


def storable(notebook: NotebookNode) -> NotebookNode:
    """A notebook without what differs between runs: times, and outputs of cells tagged so."""
    notebook.metadata.language_info = NotebookNode(name="python")
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if "varies" in cell.metadata.get("tags", ()):
            cell.outputs = []
    return notebook
