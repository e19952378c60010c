"""The gauge register as tables and forms."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

import msgspec

from hub.gauge.register import Calibration, GaugeRegister, GaugeView, StudyView
from hub.gauge.study_file import StudyFile
from hub.pages.home_page import State
from hub.pages.language import Language
from hub.pages.refusal import told_again
from hub.pages.speech import NO_FIGURE, Speech, mark
from hub.pages.tables.cells import Cell, state_cell, text_cell
from hub.pages.tables.columns import made, number, words
from hub.pages.tables.define import Definition, Empty, Filled, Kind
from hub.pages.words import REASONS
from traceability.quality.capability import LARGEST_GAUGE_SHARE
from traceability.quality.reason import Reason

GOOD_SHARE = 0.10
"""Below, a gauge is good without reserve (AIAG MSA, 4th edition, II D)."""
CALIBRATIONS: Mapping[StrEnum, str] = {
    Calibration.GOOD: mark("calibrated"),
    Calibration.SOON: mark("due soon"),
    Calibration.OVERDUE: mark("overdue"),
    Calibration.NEVER: mark("never calibrated"),
    Calibration.WITHDRAWN: mark("withdrawn"),
}
_STATES = {
    Calibration.GOOD: (State.OK, 1),
    Calibration.SOON: (State.WARNING, 2),
    Calibration.OVERDUE: (State.BAD, 4),
    Calibration.NEVER: (State.BAD, 3),
    Calibration.WITHDRAWN: (State.NEUTRAL, 0),
}


class StudyPreview(msgspec.Struct, frozen=True, kw_only=True):
    """A file of readings that was looked at; ``found`` what they come to, ``why`` they come to nothing."""

    file: StudyFile
    found: StudyView | None
    why: str
    given: dict[str, str]
    content: str


def gauges_context(register: GaugeRegister, preview: StudyPreview | None, speech: Speech) -> dict[str, Any]:
    """The template's variables."""
    return {
        "register": register,
        "preview": preview,
        "verdict": study_verdict(preview.found, speech) if preview and preview.found else None,
        "no_figure": why_no_figure(preview.why, speech) if preview else "",
        "problems": [one.told(speech.language.value) for one in preview.file.problems[:50]] if preview else [],
    }


def gauges_tables(register: GaugeRegister, path: str, *, enters: bool) -> tuple[Filled, ...]:
    """Gauges and studies."""
    return Filled(gauges_table(path if enters else ""), register.gauges), Filled(STUDIES, register.studies)


def gauges_table(path: str) -> Definition[GaugeView]:
    """One row a gauge; ``path`` leads to the form that enters what is new about it."""
    return Definition(
        id="gauges",
        title=mark("Gauges, those that need somebody first"),
        columns=(
            made("gauge", mark("gauge"), lambda one, speech: _named(one, path, speech), head=True),
            made("state", mark("calibration"), _state, Kind.STATE, falling=True),
            made("on", mark("calibrated on"), lambda one, s: _day(one.calibrated_on, s)),
            made("due", mark("due on"), lambda one, s: _day(one.calibration_due, s)),
            words("certificate", mark("certificate"), lambda one: one.certificate),
            made("uses", mark("measures"), _uses),
            made("share", mark("worst GRR"), _worst, Kind.STATE, topic="grr"),
        ),
        empty=Empty(
            mark("No gauge is registered."),
            mark("Enter one below: a capability index counts in full only when its gauge is calibrated and studied."),
        ),
    )


def why_no_figure(why: str, speech: Speech) -> str:
    """Why readings give no figure, in the reader's language: a code, or a sentence."""
    code = next((each for each in Reason if each.value == why), None)
    return told_again(why, speech.language) if code is None else speech.say(REASONS[code])


def study_verdict(one: StudyView, speech: Speech) -> Cell:
    """GRR with what it means for the gauge."""
    if one.share is None:
        return state_cell(speech.say("no figure"), State.NEUTRAL.value, 1, beside=why_no_figure(one.why, speech))
    text = speech.percent(one.share, 1)
    of = speech.say("of the tolerance") if one.of_tolerance else speech.say("of the study's variation")
    if one.share <= GOOD_SHARE:
        return state_cell(text, State.OK.value, 0, beside=f"{of}; {speech.say('good')}")
    if one.share <= float(LARGEST_GAUGE_SHARE):
        return state_cell(text, State.WARNING.value, 2, beside=f"{of}; {speech.say('conditionally accepted')}")
    return state_cell(text, State.BAD.value, 3, beside=f"{of}; {speech.say('not accepted')}")


STUDIES: Definition[StudyView] = Definition(
    id="studies",
    title=mark("Gauge studies, the latest first"),
    columns=(
        made("on", mark("performed on"), lambda one, s: _day(one.performed_on, s), head=True),
        words("gauge", mark("gauge"), lambda one: one.gauge),
        words("characteristic", mark("characteristic"), lambda one: one.characteristic),
        made("verdict", "GRR", study_verdict, Kind.STATE, topic="grr"),
        number("ndc", "ndc", lambda one: one.ndc),
        made("design", mark("parts × operators × repeats"), lambda one, _: text_cell(_design(one))),
        number("ev", mark("repeatability"), lambda one: one.repeatability, 6),
        number("av", mark("reproducibility"), lambda one: one.reproducibility, 6),
        made("evidence", mark("evidence"), lambda one, _: text_cell(one.evidence, beside=one.entered_by)),
    ),
    empty=Empty(
        mark("No study was entered."), mark("Upload the readings of one below; the result is computed from them.")
    ),
)


def _named(one: GaugeView, path: str, speech: Speech) -> Cell:
    name = one.name_zh if speech.language is Language.ZH and one.name_zh else one.name
    return text_cell(name, url=f"{path}?{urlencode({'gauge': one.id})}#enter" if path else None, beside=one.id)


def _state(one: GaugeView, speech: Speech) -> Cell:
    state, rank = _STATES[one.calibration]
    return state_cell(speech.say(CALIBRATIONS[one.calibration]), state.value, rank, beside=_left(one, speech))


def _left(one: GaugeView, speech: Speech) -> str:
    if one.days is None or one.calibration in (Calibration.WITHDRAWN, Calibration.NEVER):
        return ""
    if one.days < 0:
        return speech.say_count("%(num)s day overdue", "%(num)s days overdue", -one.days)
    return speech.say_count("%(num)s day left", "%(num)s days left", one.days)


def _uses(one: GaugeView, _speech: Speech) -> Cell:
    return text_cell(", ".join(dict.fromkeys(use.characteristic for use in one.uses)))


def _worst(one: GaugeView, speech: Speech) -> Cell:
    studies = [use.study for use in one.uses]
    if not studies or any(study is None for study in studies):
        return state_cell(speech.say("not studied"), State.NEUTRAL.value, 1)
    return study_verdict(max((study for study in studies if study), key=lambda study: study.share or 0.0), speech)


def _design(one: StudyView) -> str:
    return f"{one.parts} × {one.operators} × {one.repeats}" if one.parts else NO_FIGURE


def _day(day: date | None, speech: Speech) -> Cell:
    if day is None:
        return text_cell("")
    return Cell(text=speech.day(day), sort=day.toordinal(), raw=day)
