"""What people state about a plant: losses, output value, answers of the self-assessment."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec

from hub.entry.of_plant import enter_for_plant
from hub.entry.seal import Stamp
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.store.ledger.batches import StoredBatch
from traceability.quality.dimension_grade import unknown_items
from traceability.quality.loss import CostItem
from traceability.quality.questionnaire import Answer as Answered
from traceability.quality.questionnaire import Dimension, Stance
from traceability.quality.questionnaire_items import ITEMS
from traceability.record.base import Record
from traceability.record.economics import Answer, AssessmentRecord, OutputValueRecord, QualityLossRecord


class LossAbout(msgspec.Struct, frozen=True, kw_only=True):
    """What a loss is about, where that is known, and what came back of it."""

    part: str = ""
    operation: str = ""
    supplier: str = ""
    recovered: Decimal = Decimal(0)


NOTHING_MORE = LossAbout()


def enter_loss(
    hub: Hub,
    plant: str,
    *,
    item: CostItem,
    amount: Decimal,
    currency: str,
    accrued_on: date,
    evidence: str,
    entered_by: str,
    about: LossAbout = NOTHING_MORE,
) -> StoredBatch:
    """Enter one cost of poor quality of a plant."""

    def record(identity: str, stamp: Stamp) -> Record:
        return QualityLossRecord(
            id=identity,
            plant=plant,
            item=item,
            amount=amount,
            currency=currency,
            accrued_on=accrued_on,
            evidence=evidence,
            entered_by=entered_by,
            part=about.part,
            operation=about.operation,
            supplier=about.supplier,
            recovered=about.recovered,
            **stamp,
        )

    return enter_for_plant(hub, plant, "loss", record)


def enter_output_value(
    hub: Hub, plant: str, *, year: int, amount: Decimal, currency: str, evidence: str, entered_by: str
) -> StoredBatch:
    """Enter the output value of a plant in a year; the one entered last counts."""

    def record(identity: str, stamp: Stamp) -> Record:
        return OutputValueRecord(
            id=identity,
            plant=plant,
            year=year,
            amount=amount,
            currency=currency,
            evidence=evidence,
            entered_by=entered_by,
            **stamp,
        )

    return enter_for_plant(hub, plant, "output", record)


def enter_assessment(
    hub: Hub, plant: str, *, dimension: Dimension, answers: Sequence[Answer], entered_by: str
) -> StoredBatch:
    """Enter the answers of a plant about one dimension; they take the place of earlier ones."""
    _check_answers(plant, dimension, answers)

    def record(identity: str, stamp: Stamp) -> Record:
        return AssessmentRecord(
            id=identity, plant=plant, dimension=dimension, answers=tuple(answers), entered_by=entered_by, **stamp
        )

    return enter_for_plant(hub, plant, "assessment", record)


def _check_answers(plant: str, dimension: Dimension, answers: Sequence[Answer]) -> None:
    where = f"assessment of {plant}, {dimension}"
    items = [answer.item for answer in answers]
    unknown = unknown_items([Answered(item=item, stance=Stance.SATISFIED) for item in items])
    foreign = sorted(item for item in items if item in ITEMS and ITEMS[item].dimension != dimension)
    twice = sorted({item for item in items if items.count(item) > 1})
    for fault, names in (
        ("unknown items", unknown),
        ("items of another dimension", foreign),
        ("answered twice", twice),
    ):
        if names:
            raise EntryRefused(
                f"{fault}: {', '.join(names)[:300]}", where=where, advice="use the questionnaire's items"
            )
