"""What the page of one supplier needs beyond the views: its scorecard, charts and tables."""

from typing import Any

from hub.alarm.views import AlarmPage
from hub.pages.alarm_rows import alarm_rows
from hub.pages.level_words import interval_text, level_name, value_text
from hub.pages.speech import Speech, mark
from hub.pages.suppliers.charts import pareto_chart, weeks_chart
from hub.pages.suppliers.list_table import (
    fresh_cell,
    level_cell,
    loss_cell,
    ppm_cell,
    rolled_cell,
    trust_cell,
    worst_key_cell,
)
from hub.pages.suppliers.tables import PARETO, characteristics_table
from hub.pages.tables.cells import EMPTY, Cell, number_cell, text_cell
from hub.pages.tables.columns import made
from hub.pages.tables.define import Definition, Empty, Filled, Kind
from hub.pages.words import word_for
from hub.suppliers.views import CharacteristicList, Pareto, SupplierBoard, SupplierRow
from traceability.quality.metric_grade import MetricGrade


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
        "weeks": weeks_chart(row, speech),
        "pareto_chart": pareto_chart(defects, speech),
        "open_alarms": alarm_rows(alarms, speech),
        "alarms": alarms,
        "view": row,  # parts/alarms.html reads the time zone from it
    }


def supplier_tables(row: SupplierRow, listed: CharacteristicList, defects: Pareto) -> tuple[Filled, ...]:
    """The scorecard first: it is what an export without a name gives."""
    return (
        Filled(SCORECARD, row.metrics),
        Filled(characteristics_table(row.plant.id), listed.characteristics),
        Filled(PARETO, defects.lines),
    )


def _tiles(row: SupplierRow, speech: Speech) -> tuple[tuple[str, str, Cell], ...]:
    """Title, topic of the help, and figure."""
    return (
        (speech.say("Level"), "level", level_cell(row, speech)),
        (speech.say("RTY"), "rty", rolled_cell(row, speech)),
        (speech.say("worst key Cpk"), "cpk", worst_key_cell(row, speech)),
        (speech.say("final acceptance, ppm"), "ppm", ppm_cell(row.ppm, speech)),
        (speech.say("from the field, ppm"), "field-ppm", ppm_cell(row.field_ppm, speech)),
        (speech.say("losses"), "loss", loss_cell(row, speech)),
        (speech.say("freshness"), "freshness", fresh_cell(row, speech)),
        (speech.say("trust"), "trust", trust_cell(row, speech)),
    )


def _figure(grade: MetricGrade, speech: Speech) -> Cell:
    value = None if grade.value is None else float(grade.value)
    return Cell(text=value_text(speech, grade), sort=value, raw=value_text(speech, grade))


def _level(grade: MetricGrade, speech: Speech) -> Cell:
    if not grade.rated:
        reason = speech.say(word_for(grade.reason)) if grade.reason is not None else ""
        return Cell(text=speech.say("not rated"), sort=-1.0, raw=speech.say("not rated"), beside=reason)
    name = f"{level_name(speech, grade.level)} {grade.level.name}"
    return Cell(text=name, sort=float(grade.level.value), raw=grade.level.name)


def _class(grade: MetricGrade, speech: Speech) -> Cell:
    if grade.confidence_class is None or not grade.rated:
        return EMPTY
    return text_cell(speech.say("class A") if grade.confidence_class.value == "A" else speech.say("class B"))


SCORECARD: Definition[MetricGrade] = Definition(
    id="scorecard",
    title=mark("Five metrics; the lowest decides"),
    columns=(
        made("metric", mark("metric"), lambda grade, said: text_cell(said.say(word_for(grade.metric))), head=True),
        made("value", mark("value"), _figure),
        made("interval", mark("95 % interval"), lambda grade, said: text_cell(interval_text(said, grade))),
        made("n", "n", lambda grade, said: number_cell(said, grade.n), Kind.NUMBER),
        made("level", mark("Level"), _level),
        made("class", mark("evidence"), _class),
    ),
    empty=Empty(mark("Nothing was graded yet.")),
)
