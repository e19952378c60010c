"""The figures of the finished story, as types. They come from three places that know nothing of each other."""

import msgspec


class FirstPassFigures(msgspec.Struct, frozen=True, kw_only=True):
    """First-pass counts as an agent claims them and as the hub recomputes them over the same records."""

    submitted: int = 0
    first_ok: int = 0
    attempts: int = 0
    invalid: int = 0

    @property
    def fpy(self) -> float | None:
        """First-pass yield; None without a submission."""
        return self.first_ok / self.submitted if self.submitted else None


class OperationFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One operation: cycles the controller completed, results the agent recorded, results the hub has."""

    plant: str
    operation: str
    produced: int
    recorded: int
    on_hub: int
    claimed: FirstPassFigures
    recomputed: FirstPassFigures
    over_all: FirstPassFigures
    """Over all authors, whether claimed yet or not."""
    unclaimed: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Plant and operation."""
        return f"{self.plant} {self.operation}"

    @property
    def settled(self) -> bool:
        """Whether everything produced has arrived and been claimed."""
        return self.produced == self.recorded == self.on_hub and self.claimed == self.over_all


class SubjectFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One metric or dimension: its level and value; None with the reason where it is not rated."""

    level: str
    value: float | None
    reason: str | None = None


class LevelFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A plant's Level, the metrics and dimensions that bind it, and all of them."""

    level: str
    name_zh: str
    rated: bool
    binding: tuple[str, ...]
    subjects: dict[str, SubjectFigures]


class HubFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The hub's own view of all it has; ``gaps`` and ``duplicates`` are records missing or stored twice."""

    finished_units: int
    unit_results: int
    batches: int
    records: int
    quarantined: int
    gaps: int
    duplicates: int
    forks: int
    data_losses: int


class TraceFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One finished unit, traced back, its evidence checked by the offline program."""

    unit: str
    nodes: int
    suppliers: tuple[str, ...]
    proofs_verified: int
    verified: bool
    said: str
    """The checking program's own last line when it did not verify."""


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the demo tells at its end."""

    units: int
    hub: HubFigures
    wrong_genealogy: tuple[str, ...]
    """Finished units whose trace does not name exactly the components that were put in."""
    operations: tuple[OperationFigures, ...]
    unsent: dict[str, int]
    """Records and batches that still lie in an agent's outbox, by author."""
    rty: dict[str, float | None]
    level: dict[str, LevelFigures]
    alarms: int
    """Early warnings that the agents gave and the hub holds."""
    trace: TraceFigures | None
    seconds: float
    restarts: int
    page: str
