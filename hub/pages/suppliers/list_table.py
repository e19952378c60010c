"""The list of suppliers as a table: Level, yield, capability, failures, losses, freshness and trust."""

from collections.abc import Mapping
from fractions import Fraction
from urllib.parse import urlencode

import msgspec

from hub.fleet.views import Freshness
from hub.page_paths import NOTIFICATIONS_PATH
from hub.pages.home_page import AGENT_STATES, State
from hub.pages.level_words import level_name
from hub.pages.speech import NO_FIGURE, Speech, mark
from hub.pages.tables.cells import EMPTY, Cell, basis, number_cell, percent_cell, state_cell, text_cell
from hub.pages.tables.columns import made, moment
from hub.pages.tables.define import Column, Definition, Empty, Kind
from hub.pages.words import subject_word, word_for
from hub.suppliers.views import PpmView, SupplierRow, Trust
from hub.suppliers.withheld import Withheld
from traceability.record.sharing import DataKind

TRUST_STATES: Mapping[Trust, State] = {
    Trust.SOUND: State.OK,
    Trust.INCOMPLETE: State.WARNING,
    Trust.BROKEN: State.BAD,
    Trust.UNKNOWN: State.NEUTRAL,
}
NOT_SHARED: Mapping[Withheld, Mapping[DataKind, str]] = {
    Withheld.WHOLLY: {
        DataKind.VERDICTS: mark("results are not shared"),
        DataKind.MEASUREMENTS: mark("control plans and values are not shared"),
        DataKind.COSTS: mark("losses are not shared"),
        DataKind.GRADING: mark("self-assessment and output value are not shared"),
    },
    Withheld.IN_PART: {
        DataKind.VERDICTS: mark("results are shared in part only"),
        DataKind.MEASUREMENTS: mark("control plans and values are shared in part only"),
        DataKind.COSTS: mark("losses are shared in part only"),
        DataKind.GRADING: mark("self-assessment and output value are shared in part only"),
    },
}
_FRESH_RANK = {Freshness.FRESH: 0, Freshness.LATE: 1, Freshness.SILENT: 2, Freshness.NEVER: 3}
_TRUST_RANK = {Trust.SOUND: 0, Trust.UNKNOWN: 1, Trust.INCOMPLETE: 2, Trust.BROKEN: 3}


def supplier_name(row: SupplierRow, speech: Speech) -> Cell:
    """Company and plant."""
    return text_cell(speech.named(row.plant), url=row.url, beside=speech.named(row.organisation), key=row.plant.id)


def level_cell(row: SupplierRow, speech: Speech) -> Cell:
    """The Level in a word, and what holds it there."""
    name = f"{level_name(speech, row.level)} {row.level.name}"
    text = name if row.rated else speech.say("not rated, counts as %(level)s", level=name)
    held = speech.say("held by %(subject)s", subject=speech.say(subject_word(row.binding[0]))) if row.binding else ""
    more = f" +{len(row.binding) - 1}" if len(row.binding) > 1 else ""
    provisional = f" · {speech.say('provisional')}" if row.provisional else ""
    unseen = speech.say("not everything is shared") if row.withheld and not row.rated else ""
    beside = " · ".join(filter(None, (held + more + provisional, unseen)))
    return Cell(text=text, sort=float(row.level.value), raw=row.level.name, beside=beside)


def rolled_cell(row: SupplierRow, speech: Speech) -> Cell:
    """RTY with the smallest n that it rests on."""
    told = (
        basis(speech, row.rolled.units, row.rolled.interval, 1, 100.0)
        if row.rolled.value is not None
        else _why(row, speech)
    )
    return percent_cell(speech, row.rolled.value, beside=told)


def weeks_cell(row: SupplierRow, speech: Speech) -> Cell:
    """RTY by week as a small picture, from its lowest to 100 %."""
    values = [point.value for point in row.weeks]
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return EMPTY
    low = min(known)
    spread = 1 - low
    text = speech.say(
        "RTY by week, %(weeks)s weeks, lowest %(low)s, last %(last)s",
        weeks=speech.count(len(values)),
        low=speech.percent(low),
        last=speech.percent(values[-1]),
    )
    heights = tuple(None if v is None else (float((v - low) / spread) if spread else 1.0) for v in values)
    return Cell(text=text, spark=heights, spark_text=text)


def worst_key_cell(row: SupplierRow, speech: Speech) -> Cell:
    """The index of the worst key characteristic, and which it is."""
    worst = row.worst_key
    if worst is None:
        return _missing(not_shared(row.withheld, speech, DataKind.MEASUREMENTS))
    reason = "" if worst.rated or not worst.reasons else speech.say(word_for(worst.reasons[0]))
    parts = [worst.characteristic.name, basis(speech, worst.n, worst.interval), reason]
    cell = number_cell(speech, worst.value, 2, beside=" · ".join(part for part in parts if part))
    return cell if worst.value is None else msgspec.structs.replace(cell, text=f"{worst.kind} {cell.text}")


def ppm_cell(ppm: PpmView | None, speech: Speech) -> Cell:
    """Parts per million with what they rest on."""
    if ppm is None:
        return EMPTY
    return number_cell(speech, ppm.value, 0, beside=basis(speech, ppm.units, ppm.interval, 0))


def loss_cell(row: SupplierRow, speech: Speech) -> Cell:
    """Internal and external loss rate; the sum where both are known."""
    losses = row.losses
    if losses is None:
        return _missing(not_shared(row.withheld, speech, DataKind.COSTS, DataKind.GRADING) or speech.say("not entered"))
    rates = [rate for rate in (losses.internal, losses.external) if rate is not None]
    total = sum(rates, Fraction(0)) if len(rates) == 2 else None
    beside = f"{speech.percent(losses.internal, 2)} + {speech.percent(losses.external, 2)}"
    return percent_cell(speech, total, beside=beside)


def fresh_cell(row: SupplierRow, speech: Speech, zone: str = "UTC") -> Cell:
    """How fresh the data are, and when somebody was last heard of."""
    state, heard = row.fresh.state, row.fresh.last_heard
    beside = "" if heard is None else speech.moment(heard, zone)[:16]
    return state_cell(speech.say(word_for(state)), AGENT_STATES[state].value, _FRESH_RANK[state], beside=beside)


def trust_cell(row: SupplierRow, speech: Speech) -> Cell:
    """How far the data can be relied on, with what was found."""
    trust = row.trust
    found = (
        (trust.forks, speech.say("forks")),
        (trust.clones, speech.say("keys used twice")),
        (trust.revoked, speech.say("keys revoked")),
        (trust.data_losses, speech.say("gaps")),
        (trust.quarantined, speech.say("quarantined")),
    )
    beside = speech.list(f"{speech.count(number)} {word}" for number, word in found if number)
    return state_cell(
        speech.say(word_for(trust.state)), TRUST_STATES[trust.state].value, _TRUST_RANK[trust.state], beside=beside
    )


def suppliers_table(zone: str) -> Definition[SupplierRow]:
    """Every supplier in a line; times by the clock of ``zone``."""
    return Definition(
        id="suppliers",
        title=mark("Suppliers"),
        columns=(
            made("supplier", mark("supplier"), supplier_name, head=True),
            made("level", mark("Level"), level_cell, topic="level"),
            made("rty", mark("RTY"), rolled_cell, Kind.NUMBER, topic="rty"),
            Column(id="weeks", title=mark("RTY by week"), cell=weeks_cell, picture=True),
            made("cpk", mark("worst key Cpk"), worst_key_cell, Kind.NUMBER, topic="cpk"),
            made("ppm", mark("final acceptance, ppm"), final_cell, Kind.NUMBER, topic="ppm", falling=True),
            made("field", mark("from the field, ppm"), returned_cell, Kind.NUMBER, topic="field-ppm", falling=True),
            made("loss", mark("losses"), loss_cell, Kind.NUMBER, topic="loss", falling=True),
            made("alarms", mark("open alarms"), _alarms, Kind.NUMBER, falling=True),
            made("notifications", mark("open notifications"), _notifications, Kind.NUMBER, falling=True),
            made(
                "fresh",
                mark("freshness"),
                lambda row, s: fresh_cell(row, s, zone),
                Kind.STATE,
                topic="freshness",
                falling=True,
            ),
            moment("heard", mark("last heard of"), lambda row: row.fresh.last_heard, zone, shown=False),
            made("trust", mark("trust"), trust_cell, Kind.STATE, topic="trust", falling=True),
        ),
        empty=Empty(
            mark("No supplier can be seen yet."),
            mark("A plant appears here once it is entered, and what it shares is what its policies say."),
        ),
    )


def final_cell(row: SupplierRow, speech: Speech) -> Cell:
    """What was not OK at first submission to final acceptance; which operation is final, the control plan says."""
    if row.ppm.value is None:
        return _missing(not_shared(row.withheld, speech, DataKind.VERDICTS, DataKind.MEASUREMENTS))
    return ppm_cell(row.ppm, speech)


def returned_cell(row: SupplierRow, speech: Speech) -> Cell:
    """What came back."""
    if row.field_ppm is None:
        return _missing(not_shared(row.withheld, speech, DataKind.VERDICTS))
    return ppm_cell(row.field_ppm, speech)


def not_shared(withheld: Mapping[DataKind, Withheld], speech: Speech, *kinds: DataKind) -> str:
    """That a figure is missing because the supplier does not share what it rests on; '' where it does."""
    for how in Withheld:
        told = [speech.say(NOT_SHARED[how][kind]) for kind in kinds if withheld.get(kind) is how]
        if told:
            return speech.list(told)
    return ""


def _missing(why: str) -> Cell:
    return Cell(text=NO_FIGURE, beside=why) if why else EMPTY


def _alarms(row: SupplierRow, speech: Speech) -> Cell:
    return number_cell(speech, row.open_alarms, url=f"{row.url}#alarms")


def _notifications(row: SupplierRow, speech: Speech) -> Cell:
    company = urlencode({"text": row.organisation.id})
    return number_cell(speech, row.open_notifications, url=f"{NOTIFICATIONS_PATH}?{company}")


def _why(row: SupplierRow, speech: Speech) -> str:
    unseen = not_shared(row.withheld, speech, DataKind.VERDICTS, DataKind.MEASUREMENTS)
    return unseen or (speech.say(word_for(row.rolled.reason)) if row.rolled.reason is not None else "")
