"""The page of what an action saved: the question as it was typed, and the answer in words and figures."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from fastapi import Query
from pydantic import ValidationError

from hub.cost.asked import AskedPlace
from hub.cost.saved import MOST_MONTHS, AskedBenefit, BenefitAnswer
from hub.errors import EntryRefused
from hub.pages.costs.cost_words import DOUBTS
from hub.pages.costs.tables import CENTS
from hub.pages.speech import NO_FIGURE, Speech
from hub.pages.tables.cells import Cell, basis, number_cell
from traceability.quality.cost.benefit import Benefit, Per
from traceability.quality.cost.category import Category
from traceability.quality.intervals import Interval

_FINE = 4
_Typed = Annotated[str, Query(max_length=60)]


class BenefitTyped(AskedPlace):
    """The form's fields; nothing is asked while ``since`` is empty."""

    since: _Typed = ""
    months: Annotated[int, Query(ge=1, le=MOST_MONTHS)] = 6
    cost: _Typed = ""
    monthly: _Typed = ""
    per: Per = Per.UNIT
    category: _Typed = ""

    def asked(self) -> AskedBenefit:
        """``EntryRefused`` for what can't be asked."""
        try:
            return AskedBenefit(
                since=date.fromisoformat(self.since.strip()),
                months=self.months,
                cost=_amount(self.cost),
                monthly=_amount(self.monthly),
                per=self.per,
                category=Category(self.category) if self.category else None,
                part=self.part.strip(),
                operation=self.operation.strip(),
                supplier=self.supplier.strip(),
                cause=self.cause.strip(),
            )
        except (ValueError, InvalidOperation, ValidationError):
            raise EntryRefused(
                "the day or an amount can't be read", where="question", advice="write 2026-03-01 and 1200.50"
            ) from None


def benefit_context(answer: BenefitAnswer | None, typed: BenefitTyped, speech: Speech) -> dict[str, Any]:
    """The template's variables."""
    found = None if answer is None else answer.benefit
    return {
        "answer": answer,
        "typed": typed,
        "found": found,
        "pers": tuple(Per),
        "categories": tuple(Category),
        "most_months": MOST_MONTHS,
        "tiles": [] if found is None else _tiles(found, speech),
        "doubts": [] if found is None else [speech.say(DOUBTS[each]) for each in found.doubts],
    }


def _amount(typed: str) -> Decimal | None:
    return Decimal(typed.strip()) if typed.strip() else None


def _tiles(found: Benefit, speech: Speech) -> list[tuple[str, str, Cell]]:
    digits = _FINE if found.per is Per.UNIT else CENTS
    title = speech.say("saved per unit") if found.per is Per.UNIT else speech.say("saved per month")
    uom = found.currency
    return [
        (
            title,
            "cost-benefit",
            number_cell(speech, found.saving, digits, uom, beside=_range(speech, found.interval, digits)),
        ),
        (
            speech.say("saved so far"),
            "cost-benefit",
            number_cell(speech, found.saved, CENTS, uom, beside=_range(speech, found.saved_interval, CENTS)),
        ),
        (
            speech.say("net of the action's cost"),
            "cost-benefit",
            number_cell(speech, found.net, CENTS, uom),
        ),
        (speech.say("paid back after"), "cost-benefit", _payback(found, speech)),
    ]


def _payback(found: Benefit, speech: Speech) -> Cell:
    if found.saving is None or found.outlay is None:
        return Cell(text=NO_FIGURE)
    if found.payback is None:
        return Cell(text=speech.say("never at this rate"))
    beside = ""
    if found.payback_interval is not None:
        low, high = found.payback_interval
        last = speech.figure(high, 1) if high is not None else speech.say("not at all")
        beside = f"{speech.figure(low, 1)} – {last}"
    return Cell(text=speech.say("%(months)s months", months=speech.figure(found.payback, 1)), beside=beside)


def _range(speech: Speech, interval: Interval | None, digits: int) -> str:
    return basis(speech, None, interval, digits) if interval else speech.say("no interval: too few months")
