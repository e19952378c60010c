"""Entering many losses at once: from a file, and from the records themselves by cost rates."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import msgspec

from hub.entry.csv_table import refuse_problems
from hub.entry.loss_file import LossFile, record_of, row_id
from hub.entry.master import require_plant
from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.scorecard.computed_losses import ComputedLoss, Month, computed_losses
from hub.store.core.database import Reading
from hub.store.ledger.batches import StoredBatch
from hub.store.quality.queries import LossLine, loss_lines
from traceability.record.base import Record
from traceability.record.economics import QualityLossRecord
from traceability.record.quality import LossReversalRecord


def enter_loss_file(hub: Hub, plant: str, file: LossFile, *, entered_by: str) -> StoredBatch:
    """Enter every row as one batch; ``EntryRefused`` for a file with problems, or entered before."""
    refuse_problems(file.problems)

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        require_plant(connection, plant, where="losses")
        known = {line.id for line in loss_lines(connection, [plant])}
        if any(row_id(file, row) in known for row in file.rows):
            raise EntryRefused("this very file was entered already", where="file", advice="reverse its entries first")
        return [record_of(row, file, plant, entered_by, stamp()) for row in file.rows]

    stored = enter(hub, draft)
    assert stored is not None  # a file without problems has rows
    return stored


class Computed(msgspec.Struct, frozen=True, kw_only=True):
    """What was entered for a month: new entries, entries taken back, and units for which no rate is known."""

    entered: int
    reversed: int
    unchanged: int
    unpriced: tuple[ComputedLoss, ...]
    log_index: int | None


def enter_computed_losses(hub: Hub, plant: str, month: Month, *, entered_by: str) -> Computed:
    """Scrap and rework of a month from its records; entered before with another amount: reversed, and entered anew."""
    counts = {"entered": 0, "reversed": 0, "unchanged": 0}
    unpriced: list[ComputedLoss] = []

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        require_plant(connection, plant, where="losses")
        found = computed_losses(connection, plant, month, hub.clock())
        unpriced.extend(one for one in found if one.rate is None)
        priced = {one.name(month): one for one in found if one.rate is not None}
        known = [line for line in loss_lines(connection, [plant]) if line.id.startswith(month.prefix)]
        standing = [line for line in known if line.reversed_by is None]
        same = {_name_of(line) for line in standing if _is_same(line, priced.get(_name_of(line)))}
        records: list[Record] = [
            _reversal(line, plant, entered_by, stamp) for line in standing if _name_of(line) not in same
        ]
        counts["reversed"] = len(records)
        for name, one in sorted(priced.items()):
            if name not in same:
                version = sum(_name_of(line) == name for line in known) + 1
                records.append(
                    _record(f"{name}.{version}", one, month, plant=plant, entered_by=entered_by, stamp=stamp)
                )
        counts["entered"] = len(records) - counts["reversed"]
        counts["unchanged"] = len(same)
        return records

    stored = enter(hub, draft)
    return Computed(**counts, unpriced=tuple(unpriced), log_index=None if stored is None else stored.id)


def _name_of(line: LossLine) -> str:
    return line.id.rpartition(".")[0]


def _is_same(line: LossLine, one: ComputedLoss | None) -> bool:
    return one is not None and one.amount == line.amount and one.currency == line.currency


def _reversal(line: LossLine, plant: str, entered_by: str, stamp: Stamps) -> LossReversalRecord:
    return LossReversalRecord(
        id=f"reversal-{line.id}",
        plant=plant,
        reverses=line.id,
        reason="the records say another amount now",
        entered_by=entered_by,
        **stamp(),
    )


def _record(
    identity: str, one: ComputedLoss, month: Month, *, plant: str, entered_by: str, stamp: Stamps
) -> QualityLossRecord:
    return QualityLossRecord(
        id=identity,
        plant=plant,
        item=one.item,
        amount=one.amount or Decimal(0),
        currency=one.currency,
        accrued_on=_last_day(month),
        evidence=one.evidence,
        entered_by=entered_by,
        part=one.part,
        operation=one.operation,
        **stamp(),
    )


def _last_day(month: Month) -> date:
    return (date(month.year, month.month, 1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
