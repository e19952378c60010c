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


class LevelFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A plant's Level with the metrics and dimensions that bind it."""

    level: str
    name_zh: str
    rated: bool
    binding: tuple[str, ...]
    reasons: dict[str, str]
    """By metric: the value, or why there is none."""


class AgentFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What one author has on the hub."""

    author: str
    batches: int
    records: int
    quarantined: int
    data_losses: int
    forks: int
    unsent: int
    """Records and batches that still lie in its outbox."""


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
    finished_units: int
    untraceable: tuple[str, ...]
    operations: tuple[OperationFigures, ...]
    agents: tuple[AgentFigures, ...]
    rty: dict[str, float | None]
    level: dict[str, LevelFigures]
    trace: TraceFigures | None
    seconds: float
    restarts: int
    page: str
