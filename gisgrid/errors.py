"""The exceptions of gisgrid: one tree, each saying what, where and how to fix it.

::

    GisgridError
    ├── InputError              what the user gave cannot be used
    │   ├── FileError           a file is missing, empty, broken or of an unknown kind
    │   ├── ColumnError         a named column is not in the file
    │   ├── EncodingError       text cannot be decoded as stated
    │   ├── CrsError            a coordinate system is missing or unknown
    │   ├── CoordinateError     a coordinate lies where none can lie
    │   ├── CoverageError       polygons cannot be indexed
    │   ├── LimitExceeded       more was given than one request may hold
    │   ├── MediaTypeError      a request's body is of a kind that is not read
    │   ├── RejectedError       rows were rejected and the caller asked for all or none
    │   └── VersionRequired     a change does not say which version it was made on
    ├── NotFound                nothing has that code, id or name
    ├── Conflict                the state of the record forbids it
    │   ├── Busy                another change is under way, or this one takes too long
    │   ├── PublishBlocked      findings that are errors stand in the way of publishing
    │   └── StaleVersion        somebody else has changed it meanwhile
    ├── Forbidden               who asks may not do it
    ├── Unauthenticated         nobody has said who asks, or what they showed does not hold
    ├── TooManyRequests         a client asks more often than it may
    ├── WorkerError             worker processes or a cluster cannot do the work
    └── DatabaseError           the database cannot be used
        ├── ServerError         the private server cannot be run
        ├── UnsupportedVersion  PostgreSQL or PostGIS is too old
        └── SchemaOutdated      the schema is older than the code

The faces map this tree once each: ``api.problems`` to HTTP problem documents,
``gisgrid.cli.errors`` to messages and exit codes.
"""

from __future__ import annotations

__all__ = [
    "Busy",
    "ColumnError",
    "Conflict",
    "CoordinateError",
    "CoverageError",
    "CrsError",
    "DatabaseError",
    "EncodingError",
    "FileError",
    "Forbidden",
    "GisgridError",
    "InputError",
    "LimitExceeded",
    "MediaTypeError",
    "NotFound",
    "PublishBlocked",
    "RejectedError",
    "SchemaOutdated",
    "ServerError",
    "StaleVersion",
    "TooManyRequests",
    "Unauthenticated",
    "UnsupportedVersion",
    "VersionRequired",
    "WorkerError",
]


class GisgridError(Exception):
    """Base of every error that gisgrid raises on purpose.

    Parameters
    ----------
    what : str
        What is wrong, in one sentence.
    where : str, optional
        The file, row, column, grid or place it is wrong at.
    fix : str, optional
        What the reader can do about it.
    """

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        self.what = what
        self.where = where
        self.fix = fix
        super().__init__(str(self))

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} ({self.fix})" if self.fix else text


class InputError(GisgridError):
    """What the user gave cannot be used."""


class FileError(InputError):
    """A file is missing, empty, broken or of an unknown kind."""


class ColumnError(InputError):
    """A named column is not in the file."""


class EncodingError(InputError):
    """Text cannot be decoded as stated."""


class CrsError(InputError):
    """A coordinate reference system is missing or unknown."""


class CoordinateError(InputError):
    """A coordinate lies where none can lie."""


class CoverageError(InputError):
    """Polygons cannot be indexed; ``where`` names the code and the place."""


class LimitExceeded(InputError):
    """More was given than one request may hold."""


class MediaTypeError(InputError):
    """A request's body is of a kind that is not read."""


class RejectedError(InputError):
    """Rows were rejected although the caller asked for all or none."""


class VersionRequired(InputError):
    """A change does not say which version it was made on."""


class NotFound(GisgridError):
    """Nothing has that code, id or name."""


class Conflict(GisgridError):
    """The state of the record forbids what was asked."""


class Busy(Conflict):
    """Another change is under way, or this one takes too long: the same may succeed later."""


class PublishBlocked(Conflict):
    """Findings that are errors stand in the way of publishing."""


class StaleVersion(Conflict):
    """Somebody else has changed it since the version that a change was made on."""


class Forbidden(GisgridError):
    """Who asks may not do what was asked."""


class Unauthenticated(GisgridError):
    """Nobody has said who asks, or the key or session that they showed does not hold."""


class TooManyRequests(GisgridError):
    """A client asks more often than it may.

    Parameters
    ----------
    retry_after : float
        Seconds until it may ask again.
    """

    def __init__(
        self, what: str, *, where: str = "", fix: str = "", retry_after: float = 1.0
    ) -> None:
        self.retry_after = retry_after
        super().__init__(what, where=where, fix=fix)


class WorkerError(GisgridError):
    """Worker processes died, or a cluster cannot be used."""


class DatabaseError(GisgridError):
    """The database cannot be used."""


class ServerError(DatabaseError):
    """The private server cannot be run."""


class UnsupportedVersion(DatabaseError):
    """PostgreSQL or PostGIS is older than gisgrid needs."""


class SchemaOutdated(DatabaseError):
    """The schema is older than the code, or newer."""
