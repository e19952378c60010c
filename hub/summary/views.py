"""What ``/api/v1/summary`` answers."""

import msgspec

from hub.named import Named
from hub.scorecard.views import ClaimedCounts


class FinishedPart(msgspec.Struct, frozen=True, kw_only=True):
    """Units of one part that passed a final operation."""

    part: Named
    plant: Named
    accepted: int
    """Units whose last submission at a final operation is OK."""
    assembled: bool
    """Whether serialised components are joined to units of this part."""
    traceable: int
    """Accepted units below which no serialised component lacks records; assembled ones have components."""


class OperationSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One part at one operation of a plant, over all time."""

    plant: str
    part: str
    operation: Named
    results: int
    submitted: int
    """Over all authors, as ``first_ok``."""
    first_ok: int
    claimed: ClaimedCounts
    """Summed over the latest claim of each chain, as ``recomputed`` over the records that these claims cover."""
    recomputed: ClaimedCounts
    agrees: bool
    """Whether each single claim is what its records say."""
    unclaimed: tuple[str, ...]
    """Authors with results here that claimed nothing yet."""


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The whole hub."""

    finished_units: int
    """Accepted and traceable units of assembled parts that are themselves in nothing else."""
    finished: tuple[FinishedPart, ...]
    unit_results: int
    units: int
    batches: int
    records: int
    quarantined: int
    gaps: int
    """Batches and records missing inside chains; the hub takes chains in order, so anything but 0 is damage."""
    duplicates: int
    """Results stored more than once: under one author and id, or for one cycle of a work cell."""
    forks: int
    data_losses: int
    operations: tuple[OperationSummary, ...]
    claims_agree: bool
    log_size: int
