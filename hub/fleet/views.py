"""What the home page and ``/api/v1/agents`` show: who takes part, and how fresh their data is."""

from datetime import datetime
from enum import StrEnum

import msgspec

from hub.named import Named
from traceability.downlink import Heartbeat
from traceability.quality.level import Level
from traceability.unit import Environment


class Freshness(StrEnum):
    """How long ago an agent was last heard of (``FreshnessLimits`` says how long is long)."""

    FRESH = "fresh"
    LATE = "late"
    SILENT = "silent"
    NEVER = "never"


class AgentView(msgspec.Struct, frozen=True, kw_only=True):
    """One author of batches. Counts are of entries, over all its chains."""

    author: str
    plant: Named | None
    organisation: Named | None
    environment: Environment
    last_contact: datetime | None
    """When the hub stored its latest batch."""
    last_event: datetime | None
    """The latest event its records tell of, by its own disciplined clock."""
    batches: int = 0
    records: int = 0
    quarantined: int = 0
    data_losses: int = 0
    """Data-loss records: each declares a range that could not be kept."""
    forks: int = 0
    """Batches refused because another content had been accepted at their place in the chain."""
    last_heard: datetime | None = None
    """The later of its latest batch and its latest question for news (not evidence): freshness goes by it."""
    heartbeat: Heartbeat | None = None
    """What it said of itself at its latest question."""
    clone_at: datetime | None = None
    """When two machines were last seen to use its key at once."""
    revoked: str | None = None
    """Why its key counts no more, when it was revoked and no new one was entered."""
    freshness: Freshness = Freshness.NEVER


class LevelView(msgspec.Struct, frozen=True):
    """A plant's Level in a word; ``binding`` names the metrics or dimensions that hold it there."""

    level: Level
    name_zh: str
    name_en: str
    binding: tuple[str, ...]
    rated: bool
    """False when something was not measured: the Level is then shown as not rated."""


class PlantSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One plant in a list."""

    plant: Named
    organisation: Named
    time_zone: str
    agents: tuple[AgentView, ...]
    units: int
    """Serialised units with at least one result here."""
    results: int
    url: str
    level: LevelView | None = None


class OrganisationView(msgspec.Struct, frozen=True):
    """A company with its plants."""

    organisation: Named
    plants: tuple[PlantSummary, ...]
    url: str


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Over the whole hub."""

    organisations: int
    plants: int
    agents: int
    units: int
    results: int
    batches: int
    records: int
    quarantined: int
    data_losses: int
    forks: int
    clones: int = 0


class HomeView(msgspec.Struct, frozen=True, kw_only=True):
    """The home page; ``other_agents`` belong to no plant the hub knows."""

    organisations: tuple[OrganisationView, ...]
    other_agents: tuple[AgentView, ...]
    totals: Totals
    log_size: int
    now: datetime
