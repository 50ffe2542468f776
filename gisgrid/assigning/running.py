"""Assigning a file of points to the polygons of another, without a database."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gisgrid.assigning.answering import AnswerColumns, Tally
from gisgrid.assigning.boundaries import BoundaryLayer, Coverage, read_coverage
from gisgrid.assigning.crews import Crew, Solo
from gisgrid.assigning.partitions import parts_of, write_parts
from gisgrid.assigning.processes import processes
from gisgrid.assigning.streaming import Stream
from gisgrid.errors import FileError, InputError
from gisgrid.files.kinds import kind_of, written_kind
from gisgrid.points.progress import Progress, quiet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gisgrid.assigning.pointfile import PointFile
    from gisgrid.geometry.validity import Repair
    from gisgrid.locate import CoverageIndex

__all__ = ["AssignReport", "assign", "assign_points"]


@dataclass(frozen=True)
class AssignReport:
    """What came of it.

    Attributes
    ----------
    output : Path
    tally : Tally
        How many points were answered how.
    repairs : tuple of (str, Repair)
        Codes of the polygons that were repaired, and what that changed.
    renamed : dict
        Columns to field names, where the format changed them (Shapefile).
    """

    output: Path
    tally: Tally
    repairs: tuple[tuple[str, Repair], ...] = ()
    renamed: dict[str, str] = field(default_factory=dict)


def assign(
    points: PointFile,
    boundaries: BoundaryLayer,
    output: Path,
    *,
    name: str | None = None,
    workers: int = 1,
    scheduler: str | None = None,
    progress: Progress = quiet,
) -> AssignReport:
    """Write the rows of a file again, in order, with the code of the grid that owns each.

    A row whose point cannot be read keeps its place and says why. Memory does not grow with the
    file, only with the largest row group where the points are Parquet. The output appears when it
    is whole.

    Parameters
    ----------
    points : PointFile
    boundaries : BoundaryLayer
    output : Path
        CSV, GeoJSON, GeoPackage, Parquet, … by its extension. It is a folder of Parquet files
        when the points are Parquet and the path is a folder or has no extension, or the points
        are a folder, or a cluster does the work.
    name : str, optional
        As in `AnswerColumns.named`.
    workers : int
        Processes of this machine. A script that asks for several needs the usual
        ``if __name__ == "__main__":``, for each of them imports it.
    scheduler : str, optional
        The address of a Dask scheduler whose workers do the work instead.
    progress : callable
        Called with the rows done and, where known, all rows.

    Raises
    ------
    InputError
        A file, a column, a coordinate system or a polygon cannot be used.
    WorkerError
        Workers are lost again and again, or the cluster cannot be used.
    """
    if workers < 1:
        raise InputError("there must be one worker at least", where="--workers")
    if scheduler is not None and workers != 1:
        raise InputError("--workers and --scheduler exclude each other", fix="leave one out")
    _require_other_place(output, points.path, boundaries.path)
    coverage = read_coverage(boundaries)
    with _crew(coverage.index, workers, scheduler) as crew:
        report = assign_points(
            points, coverage, output, name=name, crew=crew,
            parted=scheduler is not None, progress=progress,
        )  # fmt: skip
    return report


def assign_points(
    points: PointFile,
    coverage: Coverage,
    output: Path,
    *,
    name: str | None = None,
    crew: Crew | None = None,
    parted: bool = False,
    progress: Progress = quiet,
) -> AssignReport:
    """As `assign`, with polygons that are read already and a crew that is there already.

    Parameters
    ----------
    crew : Crew, optional
        This process alone when left out.
    parted : bool
        Write a folder of parts wherever Parquet goes to Parquet.
    """
    _require_other_place(output, points.path)
    crew = crew or Solo(coverage.index)
    columns = AnswerColumns.named(name, coverage.index.codes)
    if _goes_in_parts(points.path, output, parted):
        parts = parts_of(points, columns)
        tally = write_parts(points, columns, output, parts=parts, crew=crew, progress=progress)
        return AssignReport(output, tally, coverage.repairs)
    with points.open() as source:
        columns.require_free(source, any_case=kind_of(output) in ("gpkg", "shp"))
        stream = Stream(source, points.positions(source), columns, crew, progress)
        renamed = stream.write(output)
    return AssignReport(output, stream.tally, coverage.repairs, renamed)


def _goes_in_parts(points: Path, output: Path, parted: bool) -> bool:
    folder = points.is_dir()
    if not folder and (not points.exists() or kind_of(points) != "parquet"):
        return False
    to_folder = output.is_dir() or not output.suffix
    to_parquet = to_folder or written_kind(output) == "parquet"
    if folder and not to_parquet:
        raise FileError(
            "a folder of points is answered into a folder of Parquet files", where=str(output),
            fix="name a folder, or one file of points",
        )  # fmt: skip
    return to_parquet and (folder or parted or to_folder)


def _require_other_place(output: Path, points: Path, *others: Path) -> None:
    """Make sure that the output takes the place of no input, nor of a folder that holds one."""
    for path in (points, *others):
        if _is_in(path, output):
            raise FileError(
                "the output would replace the input", where=str(output),
                fix="name another file or folder",
            )  # fmt: skip
    if points.is_dir() and _is_in(output, points):
        raise FileError(
            "the output lies in the folder of the points", where=str(output),
            fix="name a place outside of it",
        )  # fmt: skip


def _is_in(path: Path, folder: Path) -> bool:
    """Whether a path is another or lies in it, as itself or as what it is a link to."""
    if not folder.exists():
        return False
    link, itself = Path(os.path.realpath(path.parent), path.name), Path(os.path.realpath(path))
    around = {link, *link.parents, itself, *itself.parents}
    return any(place.exists() and place.samefile(folder) for place in around)


@contextmanager
def _crew(index: CoverageIndex, workers: int, scheduler: str | None) -> Iterator[Crew]:
    if scheduler is not None:
        from gisgrid.assigning.cluster import cluster

        with cluster(index, scheduler) as crew:
            yield crew
    elif workers > 1:
        with processes(index, workers) as several:
            yield several
    else:
        yield Solo(index)
