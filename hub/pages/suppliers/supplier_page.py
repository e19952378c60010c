"""What the page of one supplier needs beyond the views: its scorecard, charts and tables."""

from collections.abc import Mapping
from typing import Any

from hub.alarm.views import AlarmPage
from hub.page_paths import supplier_part_path
from hub.pages.alarm_rows import alarm_rows
from hub.pages.level_words import interval_text, level_name, value_text
from hub.pages.speech import Speech, mark
from hub.pages.suppliers.charts import pareto_chart, weeks_chart
from hub.pages.suppliers.list_table import (
    final_cell,
    fresh_cell,
    level_cell,
    loss_cell,
    not_shared,
    returned_cell,
    rolled_cell,
    trust_cell,
    worst_key_cell,
)
from hub.pages.suppliers.tables import PARETO, characteristics_table
from hub.pages.tables.cells import EMPTY, Cell, number_cell, percent_cell, text_cell
from hub.pages.tables.columns import made, number
from hub.pages.tables.define import Definition, Empty, Filled, Kind
from hub.pages.words import word_for
from hub.store.master.queries import PartEntry, part_label, part_name
from hub.suppliers.views import CharacteristicList, Pareto, SupplierBoard, SupplierRow
from traceability.quality.metric_grade import MetricGrade
from traceability.quality.rolled import FamilyYield
from traceability.quality.threshold import Metric
from traceability.record.sharing import DataKind


def supplier_context(
    row: SupplierRow, board: SupplierBoard, defects: Pareto, alarms: AlarmPage, *, zone: str, speech: Speech
) -> dict[str, Any]:
    """The template's variables."""
    return {
        "row": row,
        "board": board,
        "defects": defects,
        "zone": zone,
        "tiles": _tiles(row, speech),
        "weeks": weeks_chart(row.weeks, speech),
        "pareto_chart": pareto_chart(defects, speech),
        "open_alarms": alarm_rows(alarms, speech),
        "alarms": alarms,
        "view": row,  # parts/alarms.html reads the time zone from it
    }


def supplier_tables(
    row: SupplierRow, listed: CharacteristicList, defects: Pareto, parts: Mapping[str, PartEntry]
) -> tuple[Filled, ...]:
    """The scorecard first: it is what an export without a name gives."""
    return (
        Filled(scorecard_table(row), row.metrics),
        Filled(characteristics_table(row.plant.id), listed.characteristics),
        Filled(PARETO, defects.lines),
        Filled(parts_table(row, parts), row.rolled.families),
    )


def _tiles(row: SupplierRow, speech: Speech) -> tuple[tuple[str, str, Cell], ...]:
    """Title, topic of the help, and figure."""
    return (
        (speech.say("Level"), "level", level_cell(row, speech)),
        (speech.say("RTY"), "rty", rolled_cell(row, speech)),
        (speech.say("worst key Cpk"), "cpk", worst_key_cell(row, speech)),
        (speech.say("final acceptance, ppm"), "ppm", final_cell(row, speech)),
        (speech.say("from the field, ppm"), "field-ppm", returned_cell(row, speech)),
        (speech.say("losses"), "loss", loss_cell(row, speech)),
        (speech.say("freshness"), "freshness", fresh_cell(row, speech)),
        (speech.say("trust"), "trust", trust_cell(row, speech)),
    )


def parts_table(row: SupplierRow, parts: Mapping[str, PartEntry]) -> Definition[FamilyYield]:
    """The parts that the plant plans or made, each leading to its own page."""

    def named(one: FamilyYield, speech: Speech) -> Cell:
        number = part_label(one.family)
        told = speech.named(part_name(parts, one.family))
        url = supplier_part_path(row.plant.id, one.family)
        return text_cell(told, url=url, beside="" if told == number else number, key=one.family)

    def rolled(one: FamilyYield, speech: Speech) -> Cell:
        why = not_shared(row.withheld, speech, *_RESTS_ON[Metric.RTY])
        reason = speech.say(word_for(one.rolled.reason)) if one.rolled.reason is not None else ""
        return percent_cell(speech, one.rolled.value, beside="" if one.rolled.value is not None else why or reason)

    def lowest(one: FamilyYield, speech: Speech) -> Cell:
        rated = [each for each in one.rolled.operations if each.fpy is not None]
        worst = min(rated, key=lambda each: each.fpy or 0, default=None)
        return EMPTY if worst is None else percent_cell(speech, worst.fpy, beside=worst.operation)

    return Definition(
        id="parts",
        title=mark("Parts"),
        columns=(
            made("part", mark("part"), named, head=True),
            made("rty", mark("RTY"), rolled, Kind.NUMBER, topic="rty"),
            made("lowest", mark("lowest FPY"), lowest, Kind.NUMBER, topic="fpy"),
            number("output", mark("finished units"), lambda one: one.output),
        ),
        empty=Empty(
            mark("No part of this supplier can be seen."),
            mark("A part appears here with its control plan, or with the first results that are shared."),
        ),
        page=20,
    )


def _figure(grade: MetricGrade, speech: Speech) -> Cell:
    value = None if grade.value is None else float(grade.value)
    return Cell(text=value_text(speech, grade), sort=value, raw=value_text(speech, grade))


def _level(grade: MetricGrade, row: SupplierRow, speech: Speech) -> Cell:
    if not grade.rated:
        reason = speech.say(word_for(grade.reason)) if grade.reason is not None else ""
        reason = not_shared(row.withheld, speech, *_RESTS_ON[grade.metric]) or reason
        return Cell(text=speech.say("not rated"), sort=-1.0, raw=speech.say("not rated"), beside=reason)
    name = f"{level_name(speech, grade.level)} {grade.level.name}"
    return Cell(text=name, sort=float(grade.level.value), raw=grade.level.name)


def _class(grade: MetricGrade, speech: Speech) -> Cell:
    if grade.confidence_class is None or not grade.rated:
        return EMPTY
    return text_cell(speech.say("class A") if grade.confidence_class.value == "A" else speech.say("class B"))


_RESTS_ON = {
    Metric.SIGMA: (DataKind.VERDICTS, DataKind.MEASUREMENTS),
    Metric.CPK: (DataKind.MEASUREMENTS,),
    Metric.RTY: (DataKind.VERDICTS, DataKind.MEASUREMENTS),
    Metric.INTERNAL_LOSS: (DataKind.COSTS, DataKind.GRADING),
    Metric.EXTERNAL_LOSS: (DataKind.COSTS, DataKind.GRADING),
}


def scorecard_table(row: SupplierRow) -> Definition[MetricGrade]:
    """The metrics of one supplier; what can't be told says why."""
    return Definition(
        id="scorecard",
        title=mark("Five metrics; the lowest decides"),
        columns=(
            made("metric", mark("metric"), lambda grade, said: text_cell(said.say(word_for(grade.metric))), head=True),
            made("value", mark("value"), _figure),
            made("interval", mark("95 % interval"), lambda grade, said: text_cell(interval_text(said, grade))),
            made("n", "n", lambda grade, said: number_cell(said, grade.n), Kind.NUMBER),
            made("level", mark("Level"), lambda grade, said: _level(grade, row, said)),
            made("class", mark("evidence"), _class),
        ),
        empty=Empty(mark("Nothing was graded yet.")),
    )
