"""Settings: read from the environment (``GISGRID_…``), made once by each face, never at import."""

from __future__ import annotations

import os
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

__all__ = ["DEMO_DATABASE", "WORK_HOURS", "Settings", "default_home"]

# A name instead of a URL: a database of the private server that no user's data can be in.
DEMO_DATABASE: Final = "demo"

WORK_HOURS: Final = "9:00-11:30 13:00-17:30"


def default_home() -> Path:
    """Folder of the private server: outside ``/root``, which PostgreSQL's own user cannot enter."""
    if os.geteuid() == 0:
        return Path("/var/lib/gisgrid")
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "gisgrid"


class Settings(BaseSettings):
    """What a user may set, each as ``GISGRID_<NAME>`` in the environment."""

    model_config = SettingsConfigDict(env_prefix="GISGRID_", extra="ignore")

    database_url: str | None = Field(
        default=None,
        description="SQLAlchemy or libpq URL of a PostGIS database; the private server when empty.",
    )
    home: Path = Field(
        default_factory=default_home,
        description="Folder of the private server: its data, socket and password.",
    )
    time_zone: str = Field(
        default="Asia/Shanghai", description="Zone in which a bare date means midnight."
    )
    tile_url: str | None = Field(
        default=None,
        description="Tile URL template for a base map; off by default.",
    )
    tile_attribution: str = Field(default="", description="Attribution of the base map's tiles.")
    map_approval: str = Field(
        default="", description="Map-approval number (审图号) that every map and page prints."
    )
    households_min: int = Field(default=300, description="Fewest households of a micro-grid.")
    households_max: int = Field(default=500, description="Most households of a micro-grid.")
    members_per_micro: int = Field(
        default=3, ge=0, description="Grid members that are wanted in every micro-grid."
    )
    discoverers: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("patrol",),
        description="Origins of hazards that patrols discovered, with commas between; hazards of "
        "all others were reported.",
    )
    overlap_tolerance_m2: float = Field(
        default=1.0, description="Area in m² by which two grids of one level may overlap."
    )
    nesting_tolerance_m2: float = Field(
        default=100.0, description="Area in m² by which a grid may lie outside its parent."
    )
    gap_tolerance_m2: float = Field(
        default=10.0, description="Area in m² of enclosed ground that may belong to nobody."
    )
    largest_gap_m2: float = Field(
        default=10_000_000.0,
        description="Enclosed ground larger than this is a lake where no parent says otherwise.",
    )
    sliver_width_m: float = Field(
        default=0.5, description="Width in m below which an overlap or a gap is called a sliver."
    )
    width_tolerance_m: float = Field(
        default=0.0, description="Width in m up to which a check lists no overlap, gap or spill."
    )

    calendar: Path | None = Field(
        default=None,
        description="CSV file of holidays and of the days that make up for them (day, kind, name); "
        "the packaged one has those of 2024 to 2026.",
    )
    work_hours: str = Field(
        default=WORK_HOURS, description="Hours of a working day, by which cases are due."
    )
    case_prefix: str = Field(
        default="JD",
        pattern=r"^[A-Z0-9]{0,8}$",
        description="Letters with which the numbers of cases begin.",
    )

    pool_size: int = Field(
        default=10,
        ge=1,
        description="Database connections of one web worker; it runs as many requests at once.",
    )
    request_limit: int = Field(
        default=0,
        ge=0,
        description="Requests a second that one address may make of one web worker; 0: no limit.",
    )
    webhook_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Hosts that webhooks may be sent to, exactly as in their URLs, and private "
        "networks that these may lie in, with commas between; none by default.",
    )
    reports_per_day: int = Field(
        default=50,
        ge=0,
        description="Reports without an account that one address may make in a day; 0: no limit.",
    )
    jurisdiction: str = Field(
        default="",
        description="Open311's jurisdiction_id; requests that name another are refused.",
    )
    public_url: str = Field(
        default="",
        description="Address that browsers know the service by, such as https://grid.example.cn: "
        "with HTTPS, its cookies are sent over nothing else.",
    )
    session_hours: float = Field(
        default=12.0, gt=0, le=720, description="A session of a browser ends after so many hours."
    )
    session_idle_minutes: float = Field(
        default=30.0, gt=1, description="It ends before when unused for so many minutes."
    )
    publish_needs_another: bool = Field(
        default=False,
        description="Whoever wrote a plan may not publish it: that takes another person.",
    )
    batch_limit: int = Field(
        default=1_000_000, ge=1, description="Most points in one batch request to the web API."
    )
    body_limit_bytes: int = Field(
        default=64 * 1024 * 1024, ge=1, description="Largest request body that the web API reads."
    )

    picture_limit_bytes: int = Field(
        default=8 * 1024 * 1024, ge=1, description="Largest picture that is taken as evidence."
    )

    @field_validator("discoverers", "webhook_hosts", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(one.strip() for one in value.split(",") if one.strip())

    @property
    def is_https(self) -> bool:
        """Whether browsers come by HTTPS."""
        return self.public_url.lower().startswith("https://")

    @property
    def zone(self) -> tzinfo:
        """The time zone in which bare dates are read."""
        return ZoneInfo(self.time_zone)
