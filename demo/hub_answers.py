"""What the demo reads of the hub's answers; everything else in them is left alone."""

import msgspec

from demo.figures import FirstPassFigures


class Called(msgspec.Struct, frozen=True):
    """Something with an id."""

    id: str


class Total(msgspec.Struct, frozen=True):
    """How many there are of what a page shows."""

    total: int


class Claim(msgspec.Struct, frozen=True):
    """One author's claim beside what its own records say."""

    author: str
    claimed: FirstPassFigures
    recomputed: FirstPassFigures


class Operation(msgspec.Struct, frozen=True):
    """One part at one operation."""

    operation: Called
    final: bool
    results: int
    counts: FirstPassFigures
    claims: tuple[Claim, ...]
    unclaimed: tuple[str, ...]


class Rolled(msgspec.Struct, frozen=True):
    """Rolled throughput yield."""

    value: float | None


class Metric(msgspec.Struct, frozen=True):
    """One of the five metrics."""

    metric: str
    value: float | None
    level: int
    rated: bool
    reason: str | None = None


class Dimension(msgspec.Struct, frozen=True):
    """One of the three dimensions."""

    dimension: str
    level: int
    rated: bool


class Grade(msgspec.Struct, frozen=True):
    """The Level with everything it is the minimum of."""

    level: int
    binding: tuple[str, ...]
    rated: bool
    metrics: tuple[Metric, ...]
    dimensions: tuple[Dimension, ...]


class Plant(msgspec.Struct, frozen=True):
    """A plant's scorecard."""

    plant: Called
    operations: tuple[Operation, ...]
    rolled: Rolled
    grade: Grade


class Node(msgspec.Struct, frozen=True):
    """A unit or lot in a trace."""

    item: str
    kind: str
    depth: int
    organisation: Called | None
    disputed: bool


class Trace(msgspec.Struct, frozen=True):
    """What went into a unit."""

    nodes: tuple[Node, ...]
