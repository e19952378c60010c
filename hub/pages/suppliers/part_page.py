"""What the page of one part of a supplier needs beyond the views: figures, tables and charts."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from hub.page_paths import requirement_path
from hub.pages.home_page import State
from hub.pages.requirements.requirement_words import STANDINGS, why_text
from hub.pages.requirements.tables import about, figure
from hub.pages.speech import NO_FIGURE, Speech, mark
from hub.pages.suppliers.charts import pareto_chart, weeks_chart
from hub.pages.suppliers.list_table import not_shared, ppm_cell
from hub.pages.suppliers.tables import PARETO, capability_columns, characteristic_cell, lots_table
from hub.pages.tables.cells import EMPTY, Cell, basis, number_cell, percent_cell, state_cell, text_cell
from hub.pages.tables.columns import made, number
from hub.pages.tables.define import Column, Definition, Empty, Filled, Kind
from hub.pages.words import REASONS, word_for
from hub.suppliers.part_views import AgreedIndicator, PartCharacteristic, PartOperation, PartView
from traceability.record.requirement import Standing
from traceability.record.sharing import DataKind

_STATES = {Standing.MET: (State.OK, 0), Standing.MISSED: (State.BAD, 2)}
_COUNTED = (DataKind.VERDICTS, DataKind.MEASUREMENTS)


def part_context(view: PartView, *, zone: str, speech: Speech) -> dict[str, Any]:
    """The template's variables."""
    first = view.characteristics[0].view if view.characteristics else None
    return {
        "view": view,
        "zone": zone,
        "tiles": _tiles(view, speech),
        "weeks": weeks_chart(view.weeks, speech),
        "pareto_chart": pareto_chart(view.pareto, speech),
        "lots_by": None if first is None else first.characteristic.name,
        "unseen": not_shared(view.withheld, speech, *_COUNTED),
    }


def part_tables(view: PartView, zone: str) -> tuple[Filled, ...]:
    """The characteristics first: they are what an export without a name gives."""
    found = [
        Filled(characteristics_table(view), view.characteristics),
        Filled(OPERATIONS, view.operations),
        Filled(PARETO, view.pareto.lines),
        Filled(agreed_table(zone), view.agreed),
    ]
    if view.lots is not None:
        found.append(Filled(lots_table(view.lots.filed.characteristic, zone), view.lots.lots))
    return tuple(found)


def _tiles(view: PartView, speech: Speech) -> tuple[tuple[str, str, Cell], ...]:
    """Title, topic of the help, and figure."""
    key = bool(view.characteristics) and view.characteristics[0].view.characteristic.key
    worst = speech.say("worst key Cpk") if key else speech.say("worst Cpk")
    return (
        (speech.say("RTY"), "rty", _rolled(view, speech)),
        (worst, "cpk", _worst(view, speech)),
        (speech.say("final acceptance, ppm"), "ppm", _final(view, speech)),
        (speech.say("agreed indicators missed"), "fulfilment", _missed(view.agreed, speech)),
    )


def _rolled(view: PartView, speech: Speech) -> Cell:
    rolled = view.rolled
    if rolled.value is not None:
        return percent_cell(speech, rolled.value, beside=basis(speech, rolled.units, rolled.interval, 1, 100.0))
    why = not_shared(view.withheld, speech, *_COUNTED)
    return percent_cell(speech, None, beside=why or (speech.say(word_for(rolled.reason)) if rolled.reason else ""))


def _worst(view: PartView, speech: Speech) -> Cell:
    if not view.characteristics:
        return Cell(text=NO_FIGURE, beside=not_shared(view.withheld, speech, DataKind.MEASUREMENTS))
    told = view.characteristics[0].view
    result = told.result
    reason = "" if result.rated or not result.reasons else speech.say(word_for(result.reasons[0]))
    parts = (told.characteristic.name, basis(speech, result.n, result.interval), reason)
    cell = number_cell(speech, result.value, 2, beside=" · ".join(filter(None, parts)))
    return cell if result.value is None else msgspec.structs.replace(cell, text=f"{result.kind.value} {cell.text}")


def _final(view: PartView, speech: Speech) -> Cell:
    if view.ppm.value is None:
        return Cell(text=NO_FIGURE, beside=not_shared(view.withheld, speech, *_COUNTED))
    return ppm_cell(view.ppm, speech)


def _missed(agreed: Sequence[AgreedIndicator], speech: Speech) -> Cell:
    if not agreed:
        return Cell(text=NO_FIGURE, beside=speech.say("nothing is agreed about this part"))
    missed = sum(one.standing is Standing.MISSED for one in agreed)
    return number_cell(speech, missed, beside=speech.say("of %(all)s agreed", all=speech.count(len(agreed))))


def characteristics_table(view: PartView) -> Definition[PartCharacteristic]:
    """Each leads to its control chart."""
    of_view: Column[PartCharacteristic] = made(
        "characteristic",
        mark("characteristic"),
        lambda one, s: characteristic_cell(view.plant.id, one.view, s),
        head=True,
    )
    trend: Column[PartCharacteristic] = Column(id="trend", title=mark("by month"), cell=_trend, picture=True)
    return Definition(
        id="characteristics",
        title=mark("Characteristics, key ones first, worst first"),
        columns=(of_view, *capability_columns(lambda one: one.view, trend)),
        empty=Empty(
            mark("No control plan of this part can be seen."),
            mark("Ask the supplier to share measurements with you, or to enter a control plan."),
        ),
    )


def _trend(one: PartCharacteristic, speech: Speech) -> Cell:
    """The index of each month as a small picture, from its lowest to its highest."""
    values = [point.index for point in one.trend]
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return EMPTY
    low, high = min(known), max(known)
    text = speech.say(
        "index by month: lowest %(low)s, highest %(high)s, last %(last)s",
        low=speech.figure(low, 2),
        high=speech.figure(high, 2),
        last=speech.figure(known[-1], 2),
    )
    spread = high - low
    heights = tuple(None if value is None else ((value - low) / spread if spread else 1.0) for value in values)
    return Cell(text=text, spark=heights, spark_text=text)


def _operation(one: PartOperation, speech: Speech) -> Cell:
    name = speech.named(one.operation)
    final = speech.say("final acceptance") if one.final else ""
    return text_cell(
        one.operation.id, beside=" · ".join(filter(None, (name if name != one.operation.id else "", final)))
    )


def _fpy(one: PartOperation, speech: Speech) -> Cell:
    return percent_cell(speech, one.fpy.value, beside=basis(speech, None, one.fpy.interval, 1, 100.0))


OPERATIONS: Definition[PartOperation] = Definition(
    id="operations",
    title=mark("First-pass yield by operation"),
    columns=(
        made("operation", mark("operation"), _operation, head=True),
        made("fpy", mark("FPY"), _fpy, Kind.NUMBER, topic="fpy"),
        number("first_ok", mark("OK at first"), lambda one: one.fpy.first_ok),
        number("submitted", mark("submitted"), lambda one: one.fpy.submitted),
    ),
    empty=Empty(
        mark("No first-pass yield is known for this period."),
        mark("It appears with the first results that this supplier shares."),
    ),
)


def agreed_table(zone: str) -> Definition[AgreedIndicator]:
    """What was agreed, and how it stands."""
    return Definition(
        id="agreed",
        title=mark("What is agreed, and how it stands"),
        columns=(
            made("requirement", mark("requirement"), _requirement, head=True),
            made("indicator", mark("indicator"), _indicator),
            made("target", mark("target"), lambda one, s: _figure(one, one.indicator.target, s), Kind.NUMBER),
            made("value", mark("value"), lambda one, s: _figure(one, one.value, s), Kind.NUMBER),
            number("n", "n", lambda one: one.n if one.standing is not None else None),
            made("standing", mark("state"), lambda one, s: _standing(one, zone, s), Kind.STATE, falling=True),
        ),
        empty=Empty(
            mark("Nothing is agreed about this part."),
            mark("A requirement states what you expect of it; the supplier agrees, and the hub watches it."),
        ),
    )


def _requirement(one: AgreedIndicator, speech: Speech) -> Cell:
    return text_cell(one.title, url=requirement_path(one.requirement), beside=speech.named(one.customer))


def _indicator(one: AgreedIndicator, speech: Speech) -> Cell:
    return text_cell(one.indicator.name, beside=about(one.indicator, speech))


def _figure(one: AgreedIndicator, value: Decimal | str | None, speech: Speech) -> Cell:
    return figure(one.indicator.metric, None if value is None else float(value), speech)


def _standing(one: AgreedIndicator, zone: str, speech: Speech) -> Cell:
    if one.standing is None or one.at is None:
        return state_cell(speech.say("the hub has not looked yet"), State.NEUTRAL.value, 1)
    state, rank = _STATES.get(one.standing, (State.NEUTRAL, 1))
    since = speech.say("since %(day)s", day=speech.day(one.at, zone))
    beside = " · ".join(filter(None, (since, why_text(one.why, speech, REASONS))))
    return state_cell(speech.say(STANDINGS[one.standing]), state.value, rank, beside=beside)
