"""What the routes of one application share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Annotated, Any

from anyio import CapacityLimiter
from fastapi import Depends, Request

from api.addresses.shadow import AddressShadow
from api.chores import Chores
from api.following import Following
from api.hazards.shadow import HazardShadow
from api.keeping import Kept
from api.keyring import Keyring
from api.limits import Limiter
from api.logs import Log
from api.metrics import Metrics
from api.ogc.keeping import KeptForOgc
from api.webhooks.sending import Sender
from gisgrid.access import EVERYTHING
from gisgrid.access.hosts import AllowedHosts
from gisgrid.cases.calendar import WorkCalendar, calendar_of
from gisgrid.errors import DatabaseError, TooManyRequests
from gisgrid.store.scope import blind, looking

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from api.news import News
    from api.served import Served
    from gisgrid.settings import Settings

__all__ = ["BatchPlace", "CurrentService", "Service"]

# Days of the past that are asked for one after the other.
_PAST_DAYS = 3
_PAGES = 12
# Read and answered at once; others wait, so that memory is bounded.
_BATCHES = 4
# Passwords that are checked at once: each takes 64 MiB.
_LOGINS = 2
# Each takes a core for some seconds.
_SEEKING = 2
# How near patrol points are, by distance: gaps of some megabytes each.
_NEARNESS = 8
# Answers about hot spots of some kilobytes each.
_HOT_SPOTS = 32
# What takes a core for seconds is worked out so many at once; others wait so long for a turn.
_TURNS = 2
_PATIENCE_S = 20.0
# Pictures of hazards of some kilobytes each.
_HAZARD_TILES = 2_048


@dataclass
class Service:
    """Settings, the engine while the application runs, and what is kept in memory.

    Attributes
    ----------
    demo : bool
        The data are made up, so anybody may look, and on this machine do everything.
    past : Kept
        Boundaries of other days, by revision, date and notice.
    pages : Kept
        Rendered maps and outlines by revision, date and change of places.
    ogc : KeptForOgc
        What features and tiles are made from, and the tiles.
    hazard_tiles : Kept
        Pictures of the density of hazards, by the state of the hazards and what was asked.
    hot_spots : Kept
        Answers of hot spots, by the state of hazards and addresses and what was asked.
    nearness : Kept
        How near patrol points come to homes, by the state of both and the distance.
    turns : BoundedSemaphore
        Turns at what takes long: see `turn`.
    batches : CapacityLimiter
        Places of batches, each held until its answer has been sent.
    streams : int
        Streams of changes that are open.
    seeking : CapacityLimiter
        Threads that seek proposals of micro-grids.
    keyring : Keyring
        Who comes with the keys and sessions that were shown a moment ago.
    logins : CapacityLimiter
        Threads that check passwords.
    searches : int
        Searches under way and waiting for a thread.
    """

    settings: Settings
    demo: bool = False
    running: Engine | None = None
    following: Following | None = None
    shadow: HazardShadow | None = None
    gazetteer: AddressShadow | None = None
    sender: Sender | None = None
    chores: Chores | None = None
    past: Kept[Served] = field(default_factory=lambda: Kept(_PAST_DAYS))
    pages: Kept[Any] = field(default_factory=lambda: Kept(_PAGES))
    ogc: KeptForOgc = field(default_factory=KeptForOgc)
    hazard_tiles: Kept[bytes] = field(default_factory=lambda: Kept(_HAZARD_TILES))
    hot_spots: Kept[bytes] = field(default_factory=lambda: Kept(_HOT_SPOTS))
    nearness: Kept[Any] = field(default_factory=lambda: Kept(_NEARNESS))
    turns: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(_TURNS))
    batches: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_BATCHES))
    streams: int = 0
    seeking: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_SEEKING))
    searches: int = 0
    log: Log = field(default_factory=Log)
    metrics: Metrics = field(default_factory=Metrics)
    limiter: Limiter = field(init=False)
    calendar: WorkCalendar = field(init=False)
    hosts: AllowedHosts = field(init=False)
    keyring: Keyring = field(init=False)
    logins: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_LOGINS))

    def __post_init__(self) -> None:
        self.limiter = Limiter(self.settings.request_limit)
        self.calendar = calendar_of(self.settings)
        self.hosts = AllowedHosts.of(self.settings.webhook_hosts)
        self.keyring = Keyring(timedelta(minutes=self.settings.session_idle_minutes))

    @property
    def engine(self) -> Engine:
        """The engine.

        Raises
        ------
        DatabaseError
            The application has not been started.
        """
        if self.running is None:
            raise DatabaseError("the service has not been started", fix="try again in a moment")
        return self.running

    @property
    def served(self) -> Served:
        """The present boundaries; take them once for a request.

        Raises
        ------
        DatabaseError
            The application has not been started.
        """
        return self._followed().served

    @property
    def hazards(self) -> HazardShadow:
        """The hazards in memory.

        Raises
        ------
        DatabaseError
            The application has not been started.
        """
        if self.shadow is None:
            raise DatabaseError("the service has not been started", fix="try again in a moment")
        return self.shadow

    @property
    def addresses(self) -> AddressShadow:
        """The standard addresses in memory.

        Raises
        ------
        DatabaseError
            The application has not been started.
        """
        if self.gazetteer is None:
            raise DatabaseError("the service has not been started", fix="try again in a moment")
        return self.gazetteer

    @property
    def news(self) -> News:
        """Tells of every new state of the boundaries.

        Raises
        ------
        DatabaseError
            The application has not been started.
        """
        return self._followed().news

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A turn at hot spots, a patrol, how near its points are, or a picture to be made anew.

        Raises
        ------
        TooManyRequests
            Others take too long.
        """
        if not self.turns.acquire(timeout=_PATIENCE_S):
            raise TooManyRequests("others are being worked out", fix="try again soon")
        try:
            yield
        finally:
            self.turns.release()

    def _followed(self) -> Following:
        if self.following is None:
            raise DatabaseError("the service has not been started", fix="try again in a moment")
        return self.following

    def start(self, engine: Engine) -> None:
        """Begin to answer from a database; its boundaries are read before this returns."""
        # A route that forgets to say who looks shows nothing. What follows the record behind the
        # scenes sees all of it, save what is confidential, and is narrowed for each who asks.
        self.running = blind(engine)
        engine = looking(engine, EVERYTHING)
        self.following = Following(engine, self.settings, self.log, self.metrics)
        self.following.start()
        self.shadow = HazardShadow(engine, self.settings.discoverers)
        self.gazetteer = AddressShadow(engine, self.log)
        self.chores = Chores(engine, self.settings, self.calendar, self.log)
        self.chores.start()
        if self.hosts.names:
            self.sender = Sender(engine, self.hosts, self.settings.zone, self.log)
            self.sender.start()

    def stop(self) -> None:
        """Let the database go."""
        if self.chores is not None:
            self.chores.stop()
        if self.sender is not None:
            self.sender.stop()
        if self.following is not None:
            self.following.stop()
        if self.shadow is not None:
            self.shadow.stop()
        if self.gazetteer is not None:
            self.gazetteer.stop()
        self.running = self.following = self.shadow = self.gazetteer = self.sender = None
        self.chores = None
        self.log.flush()


def current_service(request: Request) -> Service:
    """The service of the application that a request came to."""
    service: Service = request.app.state.service
    return service


CurrentService = Annotated[Service, Depends(current_service)]


async def hold_place(service: CurrentService) -> AsyncIterator[None]:
    """Hold one of the places for batches until the answer to a request has been sent."""
    async with service.batches:
        yield


BatchPlace = Annotated[None, Depends(hold_place)]
