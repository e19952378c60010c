"""The targets of an organisation over all its plants: where each stands, and what each plant comes to."""

from collections.abc import Callable
from fractions import Fraction
from urllib.parse import urlencode

import msgspec

from hub.page_paths import plant_path
from hub.pages.indicators.indicator_words import DIGITS, figure_cell, in_language, is_percent, uom_of
from hub.pages.indicators.target_page import status_cell, statuses_table, sum_cell
from hub.pages.metric_words import METRIC_NAMES
from hub.pages.speech import NO_FIGURE, Speech, mark
from hub.pages.tables.cells import UNBROKEN, Cell, number_cell, percent_cell, text_cell
from hub.pages.tables.columns import made, words
from hub.pages.tables.define import Definition, Empty, Filled, Kind
from hub.target.organisation_views import PlantPart, WholeHistory, WholeTargetsView, WholeTargetView
from traceability.record.indicator import Direction

Path = Callable[[str], str]


class PlantLine(msgspec.Struct, frozen=True, kw_only=True):
    """What one plant comes to of one target."""

    target: WholeTargetView
    part: PlantPart


def organisation_target_tables(
    found: WholeTargetsView, history: WholeHistory | None, path: Path, zone: str
) -> tuple[Filled, ...]:
    """The targets, what each plant comes to, and what one target stood at."""
    lines = [PlantLine(target=one, part=part) for one in found.targets for part in one.plants]
    tables: tuple[Filled, ...] = (Filled(targets_table(path), found.targets), Filled(PLANTS, lines))
    if history is not None:
        tables += (Filled(statuses_table(zone, percent=is_percent(history.metric)), history.statuses),)
    return tables


def targets_table(path: Path) -> Definition[WholeTargetView]:
    """One row a target."""

    def name(one: WholeTargetView, _speech: Speech) -> Cell:
        url = path(urlencode({"target": one.id}) + "#history")
        return text_cell(one.name or one.id, url=url, beside=one.id if one.name else "")

    return Definition(
        id="targets",
        title=mark("Targets over all plants"),
        columns=(
            made("target", mark("target"), name, head=True),
            made("place", mark("metric and place"), _place),
            made("wanted", mark("wanted"), _wanted, Kind.NUMBER),
            made("now", mark("so far"), _now, Kind.NUMBER),
            made("status", mark("status"), _status, Kind.STATE, topic="target-status", falling=True),
            made("parts", mark("parts"), _parts, Kind.STATE, topic="targets-over-plants", falling=True),
            words("owner", mark("owner"), lambda one: one.owner),
        ),
        empty=Empty(
            mark("This organisation has no quality target."),
            mark("Set one below; then name it as what the targets of plants are part of."),
        ),
    )


def _metric(one: WholeTargetView, speech: Speech) -> str:
    name = speech.say(METRIC_NAMES[one.metric])
    return name[:1].upper() + name[1:]


def _place(one: WholeTargetView, speech: Speech) -> Cell:
    names = (one.operation, one.part.rsplit("/", 1)[-1], one.characteristic, one.defect, one.indicator)
    return text_cell(_metric(one, speech), beside=" · ".join(filter(None, names)) or speech.say("all plants"))


def _wanted(one: WholeTargetView, speech: Speech) -> Cell:
    sign = "≥" if one.direction is Direction.HIGHER else "≤"
    uom = uom_of(one.metric, one.figure) or one.currency
    percent = is_percent(one.metric)
    told = percent_cell(speech, one.value) if percent else number_cell(speech, one.value, DIGITS, uom)
    return Cell(text=f"{sign}{UNBROKEN}{told.text}", sort=told.sort, raw=told.raw, uom=told.uom)


def _now(one: WholeTargetView, speech: Speech) -> Cell:
    if one.figure is None or one.figure.value is None:
        return text_cell(NO_FIGURE)
    return figure_cell(speech, one.figure, percent=is_percent(one.metric), uom=uom_of(one.metric, one.figure))


def _status(one: WholeTargetView, speech: Speech) -> Cell:
    return status_cell(one.status, speech, beside=in_language(speech, one.why, one.why_zh))


def _parts(one: WholeTargetView, speech: Speech) -> Cell:
    return text_cell(NO_FIGURE) if one.check is None else sum_cell(one.check, speech)


def _plant(line: PlantLine, speech: Speech) -> Cell:
    return text_cell(speech.named(line.part.plant), url=f"{plant_path(line.part.plant.id)}/targets")


def _of_plant(line: PlantLine, speech: Speech) -> Cell:
    figure, metric = line.part.figure, line.target.metric
    return figure_cell(speech, figure, percent=is_percent(metric), uom=uom_of(metric, figure))


def _own_targets(line: PlantLine, speech: Speech) -> Cell:
    percent = is_percent(line.target.metric)
    told = [
        f"{own.id}: {speech.percent(Fraction(own.value), 2) if percent else speech.exact(own.value)}"
        for own in line.part.targets
    ]
    return text_cell(" · ".join(told))


PLANTS: Definition[PlantLine] = Definition(
    id="plants",
    title=mark("What each plant comes to"),
    columns=(
        made("plant", mark("plant"), _plant, head=True),
        words("target", mark("target"), lambda line: line.target.name or line.target.id),
        made("now", mark("so far"), _of_plant, Kind.NUMBER),
        made("own", mark("its own targets"), _own_targets),
    ),
    empty=Empty(mark("No target has begun, or no plant can be seen.")),
    page=100,
)
