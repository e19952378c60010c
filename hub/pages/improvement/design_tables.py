"""Feedback to design as tables of a page."""

from hub.design.capable import ToleranceView
from hub.design.components import ComponentView
from hub.pages.speech import NO_FIGURE, Speech, mark
from hub.pages.tables.cells import EMPTY, Cell, basis, number_cell, percent_cell, text_cell
from hub.pages.tables.columns import made, number
from hub.pages.tables.define import Definition, Empty, Kind
from hub.pages.words import word_for
from traceability.quality.reason import Reason
from traceability.quality.tolerance import Limits, Needed


def tolerances_table() -> Definition[ToleranceView]:
    """One row a characteristic, the lowest index first."""
    return Definition(
        id="tolerances",
        title=mark("Capability against tolerances"),
        columns=(
            made("characteristic", mark("characteristic"), _characteristic, head=True),
            made("limits", mark("limits"), _limits),
            made("index", mark("Cpk"), _index, Kind.NUMBER, topic="cpk"),
            made("used", mark("share of tolerance used"), _used, Kind.NUMBER, topic="tolerance-used", falling=True),
            made("outside", mark("values outside"), _outside, Kind.NUMBER, falling=True),
            made("for-133", mark("limits for 1.33"), lambda one, s: _needed(one, 0, s), topic="tolerance-needed"),
            made("for-167", mark("limits for 1.67"), lambda one, s: _needed(one, 1, s)),
        ),
        empty=Empty(
            mark("No characteristic was measured."),
            mark("It appears with the first control plan and the first measured values."),
        ),
    )


def components_table() -> Definition[ComponentView]:
    """One row a component, the most failures first."""
    return Definition(
        id="components",
        title=mark("Failures in the field by component"),
        columns=(
            made("component", mark("component"), _component, head=True),
            made("part", mark("in"), lambda one, speech: text_cell(speech.named(one.part))),
            made("share", mark("share of units made"), _share, Kind.NUMBER, topic="component-share", falling=True),
            number("failed", mark("units failed"), lambda one: one.failed, falling=True),
            number("elsewhere", mark("units made before or elsewhere"), lambda one: one.elsewhere, falling=True),
            made("modes", mark("failure modes"), lambda one, speech: text_cell(speech.list(one.modes))),
        ),
        empty=Empty(
            mark("No claim names a component."),
            mark(
                "Claims from the field are entered with what was found at fault; see /api/v1/plants/…/field-failures."
            ),
        ),
    )


def limits_text(limits: Limits, digits: int, speech: Speech) -> str:
    """Both limits, or the one there is."""
    low = NO_FIGURE if limits.low is None else speech.figure(limits.low, digits)
    high = NO_FIGURE if limits.high is None else speech.figure(limits.high, digits)
    if limits.low is None:
        return f"≤ {high}"
    return f"≥ {low}" if limits.high is None else f"{low} … {high}"


def _characteristic(one: ToleranceView, speech: Speech) -> Cell:
    key = speech.say("key characteristic") if one.key else ""
    beside = " · ".join(part for part in (speech.named(one.part), speech.named(one.operation), key) if part)
    return text_cell(one.name or one.characteristic, beside=beside)


def _limits(one: ToleranceView, speech: Speech) -> Cell:
    low = "" if one.lsl is None else speech.exact(one.lsl)
    high = "" if one.usl is None else speech.exact(one.usl)
    text = f"{low} … {high}" if low and high else (f"≥ {low}" if low else (f"≤ {high}" if high else NO_FIGURE))
    target = "" if one.target is None else speech.say("target %(target)s", target=speech.exact(one.target))
    return Cell(text=text, raw=text, uom=one.uom, beside=target)


def _index(one: ToleranceView, speech: Speech) -> Cell:
    reason = "" if one.rated or not one.reasons else speech.say(word_for(Reason(one.reasons[0])))
    beside = " · ".join(
        part for part in (one.kind if one.index is not None else "", basis(speech, one.n, one.interval), reason) if part
    )
    return number_cell(speech, one.index, 2, beside=beside)


def _used(one: ToleranceView, speech: Speech) -> Cell:
    if one.share_used is None:
        return EMPTY
    beside = "" if one.sigma is None else f"6s = {speech.figure(6 * one.sigma, _digits(one))} {one.uom}"
    return percent_cell(speech, one.share_used, 0, beside=beside)


def _outside(one: ToleranceView, speech: Speech) -> Cell:
    return number_cell(speech, one.below + one.above, 0, beside=f"< {one.below} · > {one.above}")


def _needed(one: ToleranceView, number_: int, speech: Speech) -> Cell:
    if len(one.needed) <= number_:
        return EMPTY
    needed: Needed = one.needed[number_]
    text = limits_text(needed.as_it_lies, _digits(one), speech)
    width = None if needed.if_centred is None else needed.if_centred.width
    beside = "" if width is None else speech.say("±%(half)s if centred", half=speech.figure(width / 2, _digits(one)))
    return Cell(text=text, raw=text, uom=one.uom, beside=beside)


def _digits(one: ToleranceView) -> int:
    """One more than the limits have."""
    stated = [limit for limit in (one.lsl, one.usl) if limit is not None and limit.is_finite()]
    exponents = [limit.as_tuple().exponent for limit in stated]
    return 1 + max((-each for each in exponents if isinstance(each, int) and each < 0), default=0)


def _component(one: ComponentView, speech: Speech) -> Cell:
    claimed = f"{speech.day(one.first_claim)} – {speech.day(one.last_claim)}"
    return text_cell(speech.named(one.component), beside=claimed)


def _share(one: ComponentView, speech: Speech) -> Cell:
    return percent_cell(speech, one.share, 3, beside=basis(speech, one.made, one.interval, 3, 100.0))
