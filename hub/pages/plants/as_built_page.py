"""What the page of a plant, and that of a unit, say of a difference between plan and product."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import msgspec

from hub.page_paths import item_path, plant_path
from hub.pages.defect_words import defect_text
from hub.pages.home_page import State
from hub.pages.language import Language
from hub.pages.plants.covered_table import DIFFERS_NOT, EVERY_LISTED, covered_table, without_findings, without_unlisted
from hub.pages.speech import NO_FIGURE, Speech, mark
from hub.pages.tables.cells import EMPTY, Cell, number_cell, state_cell, text_cell
from hub.pages.tables.columns import made, number
from hub.pages.tables.define import Column, Definition, Filled, Kind
from hub.planned.finding import AgainstPlan, Finding, FindingKind
from hub.planned.plant import KindCount, PlantAgainstPlan, UnlistedDefect
from hub.trace.catalogue import item_label
from traceability.identifier.item import parse_item

KINDS = {
    FindingKind.NOT_PLANNED: mark("component that is not planned"),
    FindingKind.MISSING: mark("component missing"),
    FindingKind.QUANTITY: mark("wrong quantity"),
    FindingKind.RECIPE_UNKNOWN: mark("recipe unknown"),
    FindingKind.RECIPE_ENDED: mark("recipe not in force"),
    FindingKind.RECIPE_OF_ANOTHER: mark("recipe of another part or operation"),
    FindingKind.TOOL_UNKNOWN: mark("tool unknown"),
    FindingKind.TOOL_ENDED: mark("tool not in force"),
    FindingKind.DEFECT_NOT_LISTED: mark("not in the list of defect codes"),
}
_DIGITS = 9


def as_built_context(view: PlantAgainstPlan, zone: str) -> dict[str, Any]:
    """The template's variables."""
    more = None
    if view.until is not None:
        asked = {"first": view.first, "last": view.last, "since": view.until.isoformat()}
        more = f"{plant_path(view.plant.id)}/as-built?{urlencode(asked)}"
    compared = any(one.any_compared for one in view.covered)
    return {
        "view": view,
        "compared": compared,
        "zone": zone,
        "more_url": more,
        "path": f"{plant_path(view.plant.id)}/as-built",
    }


def as_built_tables(view: PlantAgainstPlan) -> tuple[Filled, ...]:
    """Sums by kind, every finding, and the defects that are no codes."""
    none = without_findings(view.covered)
    return (
        Filled(msgspec.structs.replace(COUNTS, empty=none), view.counts),
        Filled(msgspec.structs.replace(FINDINGS, empty=none), view.findings),
        Filled(msgspec.structs.replace(UNLISTED, empty=without_unlisted(view.covered)), view.unlisted),
        covered_table(view.covered),
    )


def unit_tables(found: AgainstPlan | None) -> tuple[Filled, ...]:
    """What differs of a unit, and how far it was compared; none of what is no unit."""
    if found is None:
        return ()
    differs = msgspec.structs.replace(OF_UNIT, empty=without_findings(found.covered))
    return Filled(differs, found.findings), covered_table(found.covered)


def _kind(one: Finding, speech: Speech) -> Cell:
    state, rank = (State.BAD, 1) if one.certain else (State.WARNING, 0)
    told = speech.say("certain") if one.certain else speech.say("possible")
    why = " · ".join(filter(None, (told, why_text(one, speech))))
    return state_cell(speech.say(KINDS[one.kind]), state.value, rank, beside=why)


def why_text(one: Finding, speech: Speech) -> str:
    """Why it is possible only."""
    return one.why_zh if speech.language is Language.ZH else one.why


def _unit(one: Finding, _speech: Speech) -> Cell:
    return text_cell(item_label(parse_item(one.unit)), url=item_path(one.unit))


def _subject(one: Finding, speech: Speech) -> Cell:
    if one.part is None:
        return text_cell(one.subject, beside=one.operation)
    items = ", ".join(item_label(parse_item(item)) for item in one.items)
    return text_cell(speech.named(one.part), beside=" · ".join(filter(None, (items, one.operation))))


def _amount(name: str, title: str) -> Column[Finding]:
    def cell(one: Finding, speech: Speech) -> Cell:
        value: Decimal | None = getattr(one, name)
        if value is None:
            return EMPTY
        digits = -min(0, int(value.as_tuple().exponent))
        return number_cell(speech, value, min(digits, _DIGITS), one.uom)

    return made(name, title, cell, Kind.NUMBER)


def validity_text(one: Finding, speech: Speech) -> str:
    """From when to when the version holds by which it was judged."""
    if one.since is None:
        return NO_FIGURE
    until = "" if one.until is None else speech.day(one.until)
    return f"{speech.day(one.since)} – {until}".strip()


def _version(one: Finding, speech: Speech) -> Cell:
    return EMPTY if one.since is None else text_cell(validity_text(one, speech))


def _day(one: Finding, speech: Speech) -> Cell:
    return Cell(text=speech.day(one.day), sort=float(one.day.toordinal()), raw=one.day)


_ABOUT: tuple[Column[Finding], ...] = (
    made("finding", mark("difference"), _kind, Kind.STATE, falling=True, topic="as-built"),
    made("subject", mark("component, recipe or tool"), _subject),
    _amount("planned", mark("planned")),
    _amount("built", mark("built in")),
    made("day", mark("judged on"), _day, Kind.MOMENT, falling=True),
    made("version", mark("version in force"), _version),
)
FINDINGS: Definition[Finding] = Definition(
    id="findings",
    title=mark("Differences from the plan, certain ones first"),
    columns=(made("unit", mark("serial"), _unit, head=True), *_ABOUT),
    empty=DIFFERS_NOT,
    page=50,
)
OF_UNIT: Definition[Finding] = Definition(
    id="planned",
    title=mark("As built against as planned"),
    columns=_ABOUT,
    empty=DIFFERS_NOT,
)
COUNTS: Definition[KindCount] = Definition(
    id="counts",
    title=mark("Differences by kind"),
    columns=(
        made("kind", mark("difference"), lambda one, speech: text_cell(speech.say(KINDS[one.kind])), head=True),
        number("certain", mark("certain"), lambda one: one.certain, falling=True),
        number("possible", mark("possible"), lambda one: one.possible, falling=True),
        number("units", mark("units"), lambda one: one.units, falling=True),
    ),
    empty=DIFFERS_NOT,
)
UNLISTED: Definition[UnlistedDefect] = Definition(
    id="unlisted",
    title=mark("Defects that are no codes of the list"),
    columns=(
        made("defect", mark("defect"), lambda one, speech: text_cell(defect_text(one.defect, speech)), head=True),
        number("results", mark("results not OK"), lambda one: one.results, falling=True),
    ),
    empty=EVERY_LISTED,
)
