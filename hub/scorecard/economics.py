"""Losses, output value and answers of a plant in the words of ``traceability.quality``."""

from collections.abc import Iterable
from datetime import date

from hub.scorecard.gather import PlantRecords
from hub.store.quality.queries import LossLine
from hub.store.rollup.scores import OutputRow
from traceability.quality.loss import CostItem, LossEntry, LossRates, loss_rates
from traceability.quality.questionnaire import Answer, Stance
from traceability.quality.window import Window
from traceability.record.economics import Answer as AnswerRecord
from traceability.record.economics import ItemState

DEFAULT_CURRENCY = "CNY"
_ITEMS = {item.value: item for item in CostItem}


def plant_losses(records: PlantRecords, window: Window) -> LossRates | None:
    """Both loss rates; None when nothing at all was entered. Costs of items the notice does not name are left out."""
    entries = loss_entries(records.losses)
    if not entries and not records.outputs:
        return None
    output = output_for(records.outputs, window)
    currency = output.currency if output else next((entry.currency for entry in entries), DEFAULT_CURRENCY)
    net = records.management.policy.net_losses
    return loss_rates(entries, output.amount if output else None, currency, window, net=net)


def loss_entries(lines: Iterable[LossLine]) -> list[LossEntry]:
    """The entries that count: of an item of the notice, and not reversed."""
    return [
        LossEntry(
            item=_ITEMS[line.item],
            amount=line.amount,
            currency=line.currency,
            accrued=line.accrued,
            recovered=line.recovered,
        )
        for line in lines
        if line.item in _ITEMS and line.reversed_by is None
    ]


def output_for(outputs: Iterable[OutputRow], window: Window) -> OutputRow | None:
    """The annual output value over which losses of the window are taken.

    A window of twelve months lies in two calendar years: the year that holds more of it decides, and the other one
    where only that was entered. One whole year is taken, not parts of two, so that the figure is one somebody signed.
    """
    share = {output.year: (_days_in(output.year, window), output.year) for output in outputs}
    inside = [output for output in outputs if share[output.year][0] > 0]
    return max(inside, key=lambda output: share[output.year], default=None)


def answers_of(records: Iterable[AnswerRecord]) -> tuple[Answer, ...]:
    """Answers as entered: the evidence of a waived item is its reason."""
    return tuple(
        Answer(item=given.item, stance=Stance.WAIVED, reason=given.evidence)
        if given.state is ItemState.WAIVED
        else Answer(item=given.item, stance=Stance(given.state), evidence=(given.evidence,) if given.evidence else ())
        for given in records
    )


def _days_in(year: int, window: Window) -> int:
    begin, end = max(window.first, date(year, 1, 1)), min(window.last, date(year, 12, 31))
    return max(0, (end - begin).days + 1)
