"""The workers of a running Dask cluster, each with the index in its memory."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from gisgrid.assigning.crews import Result, Task, in_order
from gisgrid.errors import InputError, WorkerError

if TYPE_CHECKING:
    from gisgrid.locate import CoverageIndex

__all__ = ["ClusterCrew", "cluster"]

# Seconds until a scheduler, or its first worker, is taken to be missing.
PATIENCE = 10


class ClusterCrew:
    """All workers of a cluster.

    Dask itself repeats the tasks of a worker that dies, and lends the index of another to the one
    that comes in its place; only if nobody holds the index any more, it is sent out again.

    Parameters
    ----------
    client : distributed.Client
    index : CoverageIndex
        Sent to each worker once.
    """

    def __init__(self, client: Any, index: CoverageIndex) -> None:
        from distributed.comm.core import CommClosedError

        self.lost: tuple[type[BaseException], ...] = (CancelledError, CommClosedError)
        self._client = client
        self._index = index
        self.ahead = 0
        self._shared: Any = None
        self._send_out()

    def _send_out(self) -> None:
        _require_workers(self._client)
        self.ahead = 2 * sum(self._client.nthreads().values())
        self._shared = self._client.scatter(self._index, broadcast=True, hash=False)

    def submit(self, work: Callable[[CoverageIndex, Any], Any], task: Any) -> Any:
        """Begin a task on a worker."""
        return self._client.submit(work, self._shared, task, pure=False)

    def renew(self) -> None:
        """Send the index out again."""
        gone: tuple[type[BaseException], ...] = (*self.lost, TimeoutError)
        try:
            self._send_out()
        except gone as error:
            raise WorkerError(f"the cluster is gone: {error}") from None

    def run(
        self, work: Callable[[CoverageIndex, Task], Result], tasks: Iterable[Task]
    ) -> Iterator[Result]:
        """Do tasks on all workers."""
        return in_order(self, work, tasks)


@contextlib.contextmanager
def cluster(index: CoverageIndex, address: str) -> Iterator[ClusterCrew]:
    """A crew of a cluster's workers; the cluster itself stays.

    Parameters
    ----------
    index : CoverageIndex
    address : str
        Of the scheduler: ``tcp://host:8786``.

    Raises
    ------
    WorkerError
        Nobody answers there, there are no workers, they lack gisgrid or have another version, or
        one task kills every worker that takes it.
    InputError
        Dask is not installed here.
    """
    client = _connected(address)
    from distributed import KilledWorker

    try:
        _require_workers(client)
        _require_same_gisgrid(client)
        yield ClusterCrew(client, index)
    except KilledWorker as error:
        raise WorkerError(
            f"one task killed {error.allowed_failures + 1} workers, the last of them "
            f"{error.last_worker.address}",
            where=address,
            fix="is there memory enough? see the log of the worker",
        ) from None
    finally:
        client.close()


def _connected(address: str) -> Any:
    try:
        from distributed import Client, Security
        from distributed.comm.addressing import get_address_host
    except ImportError:
        raise InputError(
            "Dask is not installed here", where="--scheduler", fix="pip install 'gisgrid[cluster]'"
        ) from None
    try:
        get_address_host(address)
        connect: Any = Client
        settings: Any = Security
        if (
            address.startswith("tls")
            and not settings().get_connection_args("client")["ssl_context"]
        ):
            raise InputError(
                "no certificates are set for TLS", where=address, fix="see docs/cluster.md"
            )
        return connect(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError):
        raise WorkerError(
            f"no scheduler answers within {PATIENCE} s", where=address,
            fix="start one with: dask scheduler",
        ) from None  # fmt: skip
    except (ValueError, TypeError) as error:
        raise InputError(
            f"this is no address of a scheduler: {error}", where=address,
            fix="give tcp://HOST:8786",
        ) from None  # fmt: skip


def _require_workers(client: Any) -> None:
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise WorkerError(
            f"the cluster has no workers after {PATIENCE} s",
            where=client.scheduler.address,
            fix="start some with: dask worker ADDRESS --nthreads 1",
        ) from None


def _require_same_gisgrid(client: Any) -> None:
    def installed() -> str:
        # Sent by value, for gisgrid may be missing there.
        import gisgrid

        return version(gisgrid.__name__)

    def there() -> str | None:
        try:
            return installed()
        except ImportError:
            return None

    here = installed()
    # The scheduler reads the tasks too before it hands them on.
    everyone = {f"scheduler {client.scheduler.address}": client.run_on_scheduler(there)}
    everyone |= {f"worker {address}": found for address, found in client.run(there).items()}
    for place, found in everyone.items():
        if found != here:
            has = f"gisgrid {found}, here it is {here}" if found else "no gisgrid"
            raise WorkerError(
                f"there is {has}", where=place, fix=f"pip install 'gisgrid[cluster]=={here}' there"
            )
