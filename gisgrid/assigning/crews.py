"""Who does the work: this process, several, or a cluster; answers come in the order of tasks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from gisgrid.errors import WorkerError

if TYPE_CHECKING:
    from gisgrid.locate import CoverageIndex

__all__ = ["Crew", "Done", "Pool", "Solo", "in_order"]

Task = TypeVar("Task")
Result = TypeVar("Result")

# A task over which workers were lost so many times is taken for the cause, and to be sure of that
# it is alone under way after the first losses.
TRIES, TRIES_ALONE = 5, 3


class Crew(Protocol):
    """Does tasks against one index."""

    def run(
        self, work: Callable[[CoverageIndex, Task], Result], tasks: Iterable[Task]
    ) -> Iterator[Result]:
        """Do tasks, a few ahead of the one that is asked for.

        Parameters
        ----------
        work : callable
            Importable, for it may be run elsewhere; doing a task twice must do no harm.
        tasks : iterable
            Taken as they are needed, so that they may be more than memory holds; as a string each
            says what it is about.

        Yields
        ------
        result
            Of each task, in their order.

        Raises
        ------
        WorkerError
            Workers are lost again and again.
        """


class Solo:
    """This process alone."""

    def __init__(self, index: CoverageIndex) -> None:
        self._index = index

    def run(
        self, work: Callable[[CoverageIndex, Task], Result], tasks: Iterable[Task]
    ) -> Iterator[Result]:
        """Do one task after the other."""
        for task in tasks:
            yield work(self._index, task)


class Done(Protocol):
    """What a pool gives for a task that is under way."""

    def result(self) -> Any:
        """Wait for its result, or raise what it raised."""


class Pool(Protocol):
    """Workers that may be lost.

    Attributes
    ----------
    ahead : int
        Most tasks under way at once.
    lost : tuple of exception types
        What a task raises when its worker, or what it held, is gone.
    """

    ahead: int
    lost: tuple[type[BaseException], ...]

    def submit(self, work: Callable[[CoverageIndex, Any], Any], task: Any) -> Done:
        """Begin a task."""

    def renew(self) -> None:
        """Get workers again after some were lost; tasks under way are gone."""


@dataclass
class _Waiting:
    task: Any
    done: Done | None = None
    tries: int = 0


def in_order(
    pool: Pool, work: Callable[[CoverageIndex, Task], Result], tasks: Iterable[Task]
) -> Iterator[Result]:
    """Do tasks on a pool, and again those that were under way when workers were lost.

    Raises
    ------
    WorkerError
        Workers were lost `TRIES` times over the same task, which it names.
    """
    coming = iter(tasks)
    waiting: deque[_Waiting] = deque()
    while True:
        while len(waiting) < pool.ahead:
            try:
                waiting.append(_Waiting(next(coming)))
            except StopIteration:
                break
        if not waiting:
            return
        first = waiting[0]
        alone = first.tries >= TRIES - TRIES_ALONE
        try:
            for one in [first] if alone else waiting:
                if one.done is None:
                    one.done = pool.submit(work, one.task)
            assert first.done is not None
            result: Result = first.done.result()
        except pool.lost as error:
            for one in waiting:
                one.tries += one is first or one.done is not None
            if first.tries == TRIES:
                raise WorkerError(
                    f"workers were lost {TRIES} times over the same rows", where=str(first.task),
                    fix="is there memory enough for all of them? try fewer workers",
                ) from error  # fmt: skip
            pool.renew()
            # Results that did arrive are worth little beside a simple rule: all again.
            for one in waiting:
                one.done = None
            continue
        waiting.popleft()
        yield result
