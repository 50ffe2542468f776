"""The systems that `gisgrid bench locate` runs, each on the same `Task`."""

from gisgrid.bench.peers.systems import SYSTEMS, System
from gisgrid.bench.peers.task import Contender, Task

__all__ = ["SYSTEMS", "Contender", "System", "Task"]
