"""Tables of one supplier and of one of its characteristics."""

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar
from urllib.parse import urlencode

import msgspec

from hub.page_paths import characteristic_path
from hub.pages.defect_words import NONE_NAMED, defect_beside, defect_text
from hub.pages.home_page import State
from hub.pages.speech import Speech, mark
from hub.pages.tables.cells import EMPTY, Cell, basis, number_cell, state_cell, text_cell
from hub.pages.tables.columns import made, moment, number, share, words
from hub.pages.tables.define import Column, Definition, Empty, Kind
from hub.pages.words import word_for
from hub.scorecard.views import CapabilityView
from hub.suppliers.chart_views import ChartPoint
from hub.suppliers.views import Bin, LotView, ParetoLine, TrendPoint
from traceability.measurement import Characteristic

R = TypeVar("R")
NO_VALUES = Empty(
    mark("No value was measured in this period."), mark("Choose a longer period, or another work cell or lot.")
)


def characteristics_table(
    plant: str, path_of: Callable[[str, str], str] = characteristic_path
) -> Definition[CapabilityView]:
    """The characteristics of a supplier, each leading to its own page, whose path ``path_of`` says."""
    return Definition(
        id="characteristics",
        title=mark("Characteristics, key ones first, worst first"),
        columns=(
            made("characteristic", mark("characteristic"), lambda view, s: _named(path_of, plant, view, s), head=True),
            *capability_columns(_itself),
        ),
        empty=Empty(
            mark("No control plan of this supplier can be seen."),
            mark("Ask it to share measurements with you, or to enter a control plan."),
        ),
    )


def capability_columns(read: Callable[[R], CapabilityView], *beside: Column[R]) -> tuple[Column[R], ...]:
    """What is told of a characteristic that a row is about; ``beside`` stands behind its index."""

    def limit(name: str, title: str) -> Column[R]:
        def cell(row: R, speech: Speech) -> Cell:
            one = read(row).characteristic
            return _of(speech, getattr(one, name), one)

        return made(name, title, cell, Kind.NUMBER)

    return (
        made("operation", mark("operation"), lambda row, s: _operation(read(row), s)),
        words("kind", mark("index"), lambda row: read(row).result.kind.value),
        made("value", mark("value"), lambda row, s: _index(read(row), s), Kind.NUMBER, topic="cpk"),
        *beside,
        number("n", "n", lambda row: read(row).result.n),
        made("mean", mark("mean"), lambda row, s: _mean(read(row), s), Kind.NUMBER),
        limit("lsl", mark("LSL")),
        limit("usl", mark("USL")),
        made("state", mark("state"), lambda row, s: rated_cell(read(row), s), Kind.STATE, falling=True),
    )


def characteristic_cell(plant: str, view: CapabilityView, speech: Speech) -> Cell:
    """Its name on the page of its part, leading to its control chart."""
    told = _named(characteristic_path, plant, view, speech)
    return msgspec.structs.replace(told, beside=speech.say("key characteristic") if view.characteristic.key else "")


def rated_cell(view: CapabilityView, speech: Speech) -> Cell:
    """Whether the index is rated, and what its use depends on."""
    result = view.result
    reasons = speech.list(speech.say(word_for(reason)) for reason in (*result.reasons, *result.cautions))
    if not result.rated:
        return state_cell(speech.say("not rated"), State.NEUTRAL.value, 2, beside=reasons)
    if result.cautions:
        return state_cell(speech.say("rated, class B"), State.WARNING.value, 1, beside=reasons)
    return state_cell(speech.say("rated"), State.OK.value, 0)


def _defect(line: ParetoLine, speech: Speech) -> Cell:
    beside = (defect_beside(line.named, speech), speech.named(line.part))
    return text_cell(defect_text(line.named, speech) or speech.say(NONE_NAMED), beside=" · ".join(filter(None, beside)))


def _listed(line: ParetoLine, speech: Speech) -> Cell:
    told = {True: speech.say("yes"), False: speech.say("no")}
    return EMPTY if line.named.listed is None else text_cell(told[line.named.listed])


PARETO: Definition[ParetoLine] = Definition(
    id="pareto",
    title=mark("Defects, most frequent first"),
    columns=(
        made("defect", mark("defect"), _defect, head=True),
        msgspec.structs.replace(words("code", mark("defect code"), lambda line: line.defect), shown=False),
        msgspec.structs.replace(words("group", mark("defect group"), lambda line: line.named.group), shown=False),
        msgspec.structs.replace(made("listed", mark("in the list of defect codes"), _listed), shown=False),
        words("operation", mark("operation"), lambda line: line.operation),
        number("results", mark("results not OK"), lambda line: line.results, topic="pareto", falling=True),
        share("share", mark("share"), lambda line: line.share, falling=True),
        share("running", mark("added up"), lambda line: line.running),
    ),
    empty=Empty(mark("No result was not OK in this period."), mark("Choose a longer period to see more.")),
    page=20,
)


def lots_table(one: Characteristic, zone: str) -> Definition[LotView]:
    """Lots beside each other."""
    return Definition(
        id="lots",
        title=mark("Lots compared, the latest first"),
        columns=(
            made("lot", mark("lot"), _lot, head=True),
            moment("last", mark("last value"), lambda lot: lot.last, zone),
            number("n", "n", lambda lot: lot.n),
            made("mean", mark("mean"), lambda lot, s: _with_interval(s, lot, one), Kind.NUMBER, topic="interval"),
            number("sigma", "s", lambda lot: lot.sigma, _digits(one, 2), one.uom),
            made("index", mark("Cpk or Ppk"), _lot_index, Kind.NUMBER, topic="cpk"),
            number("outside", mark("out of limits"), lambda lot: lot.outside, falling=True),
        ),
        empty=Empty(
            mark("No lot is known to be in the units measured."),
            mark("Lots appear here when stations record what they build in."),
        ),
    )


def points_table(one: Characteristic, zone: str, identity: str, title: str) -> Definition[ChartPoint]:
    """The points of a chart; marked ones name the rules that they complete."""
    digits = _digits(one, 1)
    return Definition(
        id=identity,
        title=title,
        columns=(
            moment("at", mark("time"), lambda point: point.at, zone, head=True),
            number("value", mark("value"), lambda point: point.value, digits, one.uom),
            number("lcl", mark("lower control limit"), lambda point: point.lcl, digits, one.uom),
            number("centre", mark("centre"), lambda point: point.centre, digits, one.uom),
            number("ucl", mark("upper control limit"), lambda point: point.ucl, digits, one.uom),
            number("n", "n", lambda point: point.n),
            made("rules", mark("rules broken"), _broken, Kind.STATE, falling=True),
        ),
        empty=NO_VALUES,
        page=10,
        cards=False,
    )


def trend_table(one: Characteristic, zone: str) -> Definition[TrendPoint]:
    """The parts of the period."""
    return Definition(
        id="trend",
        title=mark("The period in parts"),
        columns=(
            moment("begin", mark("from"), lambda point: point.begin, zone, head=True),
            number("n", "n", lambda point: point.n),
            number("mean", mark("mean"), lambda point: point.mean, _digits(one, 1), one.uom),
            number("sigma", "s", lambda point: point.sigma, _digits(one, 2), one.uom),
            number("least", mark("least"), lambda point: point.least, _digits(one, 0), one.uom),
            number("greatest", mark("greatest"), lambda point: point.greatest, _digits(one, 0), one.uom),
            made("index", mark("Cpk or Ppk"), _part_index, Kind.NUMBER, topic="cpk"),
        ),
        empty=NO_VALUES,
        cards=False,
    )


def bins_table(one: Characteristic) -> Definition[Bin]:
    """The bars of the histogram."""
    return Definition(
        id="bins",
        title=mark("How the values lie"),
        columns=(
            number("low", mark("from"), lambda each: each.low, _digits(one, 1), one.uom, head=True),
            number("high", mark("to below"), lambda each: each.high, _digits(one, 1), one.uom),
            number("count", mark("values"), lambda each: each.count),
            number("fitted", mark("by the fitted curve"), lambda each: each.fitted, 1),
        ),
        empty=NO_VALUES,
        page=20,
        cards=False,
    )


def _itself(view: CapabilityView) -> CapabilityView:
    return view


def _named(path_of: Callable[[str, str], str], plant: str, view: CapabilityView, speech: Speech) -> Cell:
    key = f" · {speech.say('key characteristic')}" if view.characteristic.key else ""
    question = urlencode({"part": view.part.id, "operation": view.operation.id})
    url = f"{path_of(plant, view.characteristic.id)}?{question}"
    return text_cell(view.characteristic.name, url=url, beside=speech.named(view.part) + key)


def _operation(view: CapabilityView, speech: Speech) -> Cell:
    name = speech.named(view.operation)
    return text_cell(view.operation.id, beside="" if name == view.operation.id else name)


def _index(view: CapabilityView, speech: Speech) -> Cell:
    return number_cell(speech, view.result.value, 2, beside=basis(speech, None, view.result.interval))


def _mean(view: CapabilityView, speech: Speech) -> Cell:
    return number_cell(speech, view.result.mean, _digits(view.characteristic, 1), view.characteristic.uom)


def _of(speech: Speech, limit: Decimal | None, one: Characteristic) -> Cell:
    return number_cell(speech, limit, _digits(one, 0), one.uom)


def _lot(lot: LotView, _speech: Speech) -> Cell:
    return text_cell(lot.lot.rsplit("/", 1)[-1], url=lot.url)


def _lot_index(lot: LotView, speech: Speech) -> Cell:
    return number_cell(speech, lot.index, 2, beside=basis(speech, None, lot.interval))


def _part_index(point: TrendPoint, speech: Speech) -> Cell:
    return number_cell(speech, point.index, 2, beside=basis(speech, None, point.interval))


def _with_interval(speech: Speech, lot: LotView, one: Characteristic) -> Cell:
    digits = _digits(one, 1)
    return number_cell(speech, lot.mean, digits, one.uom, beside=basis(speech, None, lot.mean_interval, digits))


def _broken(point: ChartPoint, speech: Speech) -> Cell:
    state = State.BAD if point.rules else State.OK
    return state_cell(speech.list(point.rules) or speech.say("in control"), state.value, len(point.rules))


def _digits(one: Characteristic, finer: int) -> int:
    """Decimals of the characteristic's values, and ``finer`` more."""
    return max(0, one.decimals) + finer
