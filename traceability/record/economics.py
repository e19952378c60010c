"""Records of quality economics and of self-assessment, entered for a plant and sealed by the hub."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec

from traceability.record.base import Count, Currency, Id, Record, Text


class OutputValueRecord(Record, frozen=True, kw_only=True, tag="output-value"):
    """Annual output value (年度总产值, current prices) of a plant: the denominator of both loss rates."""

    plant: Id
    year: Count
    amount: Decimal
    currency: Currency
    evidence: Text
    entered_by: Id


class QualityLossRecord(Record, frozen=True, kw_only=True, tag="quality-loss"):
    """One cost of poor quality; ``item`` is a cost item of the notice, accrued on a date of the cost.

    ``amount`` is gross; ``recovered`` is what came back of it (salvage, a supplier's payment).
    """

    plant: Id
    item: Id
    amount: Decimal
    currency: Currency
    accrued_on: date
    evidence: Text
    entered_by: Id
    part: Annotated[str, msgspec.Meta(max_length=400)] = ""
    operation: Annotated[str, msgspec.Meta(max_length=200)] = ""
    supplier: Annotated[str, msgspec.Meta(max_length=200)] = ""
    recovered: Decimal = Decimal(0)


class ItemState(StrEnum):
    """How an item of the questionnaire was answered."""

    SATISFIED = "satisfied"
    WAIVED = "waived"
    NOT_SATISFIED = "not-satisfied"


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One item of the questionnaire with the evidence it rests on."""

    item: Id
    state: ItemState
    evidence: Text = ""


class AssessmentRecord(Record, frozen=True, kw_only=True, tag="assessment"):
    """Answers of a plant for one qualitative dimension (D1, D2 or D3); a later one replaces an earlier one."""

    plant: Id
    dimension: Id
    answers: tuple[Answer, ...]
    entered_by: Id
