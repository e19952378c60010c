"""From a finding to the question that finds everything it reached."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec

from hub.analysis.factor import Factor, Kind
from hub.analysis.gather import Gathered
from traceability.quality.comparison.finding import Finding

Make = Callable[[Factor, str, Gathered], "RecallQuestion"]
MOST_WINDOWS = 100
_MOMENT = timedelta(microseconds=1)
_MOST_PLACES, _MOST_DIGITS = 12, 18


class RecallQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """``question`` is what to POST to /api/v1/recall; None where no question says it.

    ``exact`` False: it reaches more than the finding says, for the ``reason`` given.
    """

    question: dict[str, Any] | None
    exact: bool = True
    reason: str = ""


def recall_of(finding: Finding, gathered: Gathered) -> RecallQuestion:
    """The recall that a finding leads to."""
    factor = gathered.factors[finding.factor]
    return _BY_KIND[factor.kind](factor, finding.value, gathered)


def _lot(_factor: Factor, lot: str, _gathered: Gathered) -> RecallQuestion:
    return RecallQuestion(question={"items": [lot]})


def _variant(_factor: Factor, part: str, _gathered: Gathered) -> RecallQuestion:
    return RecallQuestion(question={"parts": [part]}, exact=False, reason="at every position")


def _work_cell(factor: Factor, cell: str, gathered: Gathered) -> RecallQuestion:
    return _passed(factor, gathered, (factor.name, cell), work_cell=cell, plant=factor.plant)


def _plant(factor: Factor, plant: str, gathered: Gathered) -> RecallQuestion:
    return _passed(factor, gathered, (factor.name, plant), plant=plant)


def _wider(reason: str) -> Make:
    """Everything that passed the operation in the same time, where no question says more."""

    def make(factor: Factor, value: str, gathered: Gathered) -> RecallQuestion:
        found = _passed(factor, gathered, (factor.name, value), plant=factor.plant)
        return msgspec.structs.replace(found, exact=False, reason=reason)

    return make


def _tool(factor: Factor, tool: str, gathered: Gathered) -> RecallQuestion:
    return _made_by("tools", {"tool": tool}, factor, gathered, (factor.name, tool))


def _recipe(factor: Factor, text: str, gathered: Gathered) -> RecallQuestion:
    recipe, version = gathered.recipes[text]
    named = {"recipe": recipe} | ({} if version is None else {"version": version})
    return _made_by("recipes", named, factor, gathered, (factor.name, text))


def _passes(_factor: Factor, _how: str, _gathered: Gathered) -> RecallQuestion:
    return RecallQuestion(question=None, exact=False, reason="no question of a recall speaks of how often")


def _passed(factor: Factor, gathered: Gathered, key: tuple[str, str], **where: str) -> RecallQuestion:
    first, last = gathered.times[key]
    seed = {name: text for name, text in where.items() if text}
    seed |= {"operation": factor.operation, "begin": first.isoformat(), "end": (last + _MOMENT).isoformat()}
    return RecallQuestion(question={"passed": [seed]}, reason="in the time that was looked at; leave it out to widen")


def _made_by(
    seeds: str, named: Mapping[str, str], factor: Factor, gathered: Gathered, key: tuple[str, str]
) -> RecallQuestion:
    found = _passed(factor, gathered, key, plant=factor.plant)
    assert found.question is not None  # it always has one
    (where,) = found.question["passed"]
    return msgspec.structs.replace(found, question={seeds: [{**named, **where}]})


def _windows(factor: Factor, name: str, gathered: Gathered) -> RecallQuestion:
    windows = gathered.windows[factor.name, name]
    if len(windows) > MOST_WINDOWS:
        return RecallQuestion(question=None, exact=False, reason=f"more than {MOST_WINDOWS} windows")
    seeds = [
        _without_empty(
            {
                "plant": factor.plant,
                "operation": factor.operation,
                "begin": window.begin.isoformat(),
                "end": window.end.isoformat(),
            }
        )
        for window in windows
    ]
    return RecallQuestion(question={"passed": seeds})


def _supplied(factor: Factor, supplier: str, gathered: Gathered) -> RecallQuestion:
    """The lots of the part that came from this supplier, as far as these units show them."""
    lots = Factor(kind=Kind.LOT, part=factor.part).name
    items = {
        lot
        for unit in gathered.units
        if supplier in unit.factors.get(factor.name, ())
        for lot in unit.factors.get(lots, ())
    }
    if not items:
        return RecallQuestion(question={"parts": [factor.part]}, exact=False, reason="whoever supplied it")
    return RecallQuestion(question={"items": sorted(items)}, exact=False, reason="the lots in these units")


def _measured(factor: Factor, value: str, _gathered: Gathered) -> RecallQuestion:
    sign, _, cut = value.partition(" ")
    limit = Decimal(cut)
    whole = max(1, limit.adjusted() + 1)
    places = min(_MOST_PLACES, _MOST_DIGITS - whole)
    if -int(limit.as_tuple().exponent) > places:
        return RecallQuestion(question=None, exact=False, reason="the limit has too many digits")
    step = Decimal(1).scaleb(-places)  # finer than any resolution
    outside = {"high": f"{limit - step:f}"} if sign == "≥" else {"low": f"{limit:f}"}
    seed = {"characteristic": factor.characteristic, "uom": factor.uom, **outside}
    return RecallQuestion(question={"measured": [seed]}, exact=False, reason="at every operation and on every part")


def _without_empty(seed: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in seed.items() if text}


_BY_KIND: Mapping[Kind, Make] = {
    Kind.LOT: _lot,
    Kind.SUPPLIER: _supplied,
    Kind.PLANT: _plant,
    Kind.VARIANT: _variant,
    Kind.WORK_CELL: _work_cell,
    Kind.PLAN: _wider("whatever the plan, while this one was in force"),
    Kind.TOOL: _tool,
    Kind.RECIPE: _recipe,
    Kind.OPERATOR: _wider("whoever worked there in this time"),
    Kind.PASSES: _passes,
    Kind.SHIFT: _windows,
    Kind.WINDOW: _windows,
    Kind.MEASURED: _measured,
}
