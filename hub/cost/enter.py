"""Entering costs of prevention and appraisal: one, a file of them, a reversal; and what caused a loss."""

from collections.abc import Sequence

from hub.cost.cost_file import CostFile, record_of
from hub.cost.entries import NOT_ALLOCATED, cost_entries
from hub.cost.forms import CostForm, CostReversalForm, LossCauseForm
from hub.cost.gather import canonical
from hub.entry.master import require_plant
from hub.entry.of_plant import enter_for_plant, new_id
from hub.entry.seal import Stamp, Stamps, enter
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.ledger.batches import StoredBatch
from hub.store.quality.queries import loss_lines
from hub.tabular.problem import refuse_problems
from traceability.quality.cost.category import Driver
from traceability.record.base import Record
from traceability.record.cost import CostReversalRecord, LossCauseRecord, QualityCostRecord


def enter_cost(hub: Hub, plant: str, form: CostForm) -> tuple[str, StoredBatch]:
    """Enter one cost; its id, and where it stands."""
    _check(form, plant)
    identity = new_id(hub, "cost")

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        require_plant(connection, plant, where="cost")
        words = form.model_dump() | {"part": canonical(form.part)}
        return [QualityCostRecord(id=identity, plant=plant, **words, **stamp())]

    stored = enter(hub, draft)
    assert stored is not None  # the draft always has a record
    return identity, stored


def enter_cost_file(hub: Hub, plant: str, file: CostFile, *, entered_by: str) -> StoredBatch:
    """Enter every row as one batch; ``EntryRefused`` for a file with problems, or entered before."""
    refuse_problems(file.problems)

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        require_plant(connection, plant, where="costs")
        known = {one.id for one in cost_entries(connection, plant)}
        if any(file.row_id(row) in known for row in file.rows):
            raise EntryRefused("this very file was entered already", where="file", advice="reverse its entries first")
        return [record_of(row, file, plant, entered_by, stamp()) for row in file.rows]

    stored = enter(hub, draft)
    assert stored is not None  # a file without problems has rows
    return stored


def reverse_cost(hub: Hub, plant: str, cost: str, form: CostReversalForm) -> StoredBatch:
    """Undo a cost entry by a reversing one; ``EntryRefused`` when there is none that counts."""
    identity = new_id(hub, "cost-reversal")

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        require_plant(connection, plant, where="cost")
        known = next((one for one in cost_entries(connection, plant) if one.id == cost), None)
        if known is None:
            raise EntryRefused(f"there is no cost {cost[:100]!r}", where=f"plant {plant}", advice="list the costs")
        if known.reversed_by is not None:
            raise EntryRefused(f"{cost} is reversed already by {known.reversed_by}", where=f"plant {plant}")
        return [CostReversalRecord(id=identity, plant=plant, reverses=cost, **form.model_dump(), **stamp())]

    stored = enter(hub, draft)
    assert stored is not None  # the draft always has a record
    return stored


def enter_loss_cause(hub: Hub, plant: str, loss: str, form: LossCauseForm) -> StoredBatch:
    """Say what caused a loss; the last word counts. ``EntryRefused`` when the plant has no such loss."""
    with hub.store.reading() as connection:
        if loss not in {line.id for line in loss_lines(connection, [plant])}:
            raise EntryRefused(
                f"there is no loss {loss[:100]!r}", where=f"plant {plant}", advice="list the ledger's losses"
            )

    def record(identity: str, stamp: Stamp) -> Record:
        return LossCauseRecord(id=identity, plant=plant, loss=loss, **form.model_dump(), **stamp)

    return enter_for_plant(hub, plant, "loss-cause", record)


def _check(form: CostForm, plant: str) -> None:
    where = f"cost of {plant}"
    if form.accrued_until is not None and form.accrued_until < form.accrued_on:
        raise EntryRefused("the cost accrues until a day before it begins", where=where, advice="correct the dates")
    if form.driver and form.driver not in {*(each.value for each in Driver), NOT_ALLOCATED}:
        known = ", ".join((*(each.value for each in Driver), NOT_ALLOCATED))
        raise EntryRefused(f"{form.driver!r} is no driver", where=where, advice=f"take one of: {known}")
