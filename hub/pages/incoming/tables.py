"""What is expected, lots, suppliers' parts, plans and escapes as tables."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

import msgspec

from hub.incoming.answers import AgreedPlan
from hub.incoming.board import SupplyView
from hub.incoming.escapes import Escape
from hub.incoming.expected import Shipment
from hub.incoming.lots import ReceivedLot
from hub.named import Named, unnamed
from hub.page_paths import has_page, incoming_path, item_path, receipt_path
from hub.pages.home_page import State
from hub.pages.incoming.incoming_words import BLAMES, FOUND_IN, HINDRANCES, LOT_MARKS, LOT_STATES, SEVERITIES
from hub.pages.speech import Speech, mark
from hub.pages.tables.cells import Cell, basis, number_cell, state_cell, text_cell
from hub.pages.tables.columns import made, moment, number, words
from hub.pages.tables.define import Column, Definition, Empty, Kind
from hub.store.master.queries import PartEntry, part_label, part_name
from traceability.quality.sampling_plan.attributes import Severity
from traceability.quality.sampling_plan.switching import SCORE_FOR_REDUCED

_MOST_RECEIPTS = 3


class Names(msgspec.Struct, frozen=True):
    """What companies and parts are called."""

    companies: Mapping[str, Named]
    parts: Mapping[str, PartEntry]

    def company(self, identity: str, speech: Speech) -> str:
        """The company's name, or its id."""
        return speech.named(self.companies.get(identity) or unnamed(identity))

    def part(self, identity: str, speech: Speech) -> str:
        """The part's name, or its number."""
        return speech.named(part_name(self.parts, identity))


class LotRow(msgspec.Struct, frozen=True):
    """A lot with the day on which it came."""

    lot: ReceivedLot
    received_on: date


def item_label(item: str) -> str:
    """The lot's or unit's own name."""
    return part_label(item)


def expected_table(names: Names, plant: str, zone: str, *, enters: bool) -> Definition[Shipment]:
    """Shipments that are announced and have not come."""
    return Definition(
        id="expected",
        title=mark("Expected"),
        columns=(
            made("shipment", mark("shipment"), lambda one, s: _shipment(one, plant, s, enters=enters), head=True),
            made("supplier", mark("supplier"), lambda one, s: text_cell(names.company(one.supplier, s))),
            moment("at", mark("shipped"), lambda one: one.shipped_at, zone),
            number("items", mark("items"), lambda one: len(one.items)),
            number("received", mark("of them received"), lambda one: one.received),
            made("what", mark("parts"), lambda one, s: text_cell(s.list(_parts(one, names, s)))),
        ),
        empty=Empty(
            mark("Nothing is announced."),
            mark("Suppliers' own shipment records appear here; goods without one are received all the same."),
        ),
        page=25,
    )


def lots_table(identity: str, title: str, names: Names, empty: Empty) -> Definition[LotRow]:
    """Lots that came."""
    return Definition(
        id=identity,
        title=title,
        columns=(
            made("lot", mark("lot"), lambda one, s: _lot(one, names, s), head=True),
            made("state", mark("state"), _state, Kind.STATE, falling=True),
            made("supplier", mark("supplier"), lambda one, s: text_cell(names.company(one.lot.supplier, s))),
            number("size", mark("size"), lambda one: one.lot.size),
            made("on", mark("received on"), lambda one, s: day_cell(one.received_on, s)),
            number("submissions", mark("times inspected"), lambda one: one.lot.submissions),
        ),
        empty=empty,
        page=50,
    )


def supplies_table(names: Names, path: str) -> Definition[SupplyView]:
    """Each supplier's part."""
    return Definition(
        id="supplies",
        title=mark("Suppliers' parts"),
        columns=(
            made("part", mark("part"), lambda one, s: _supply(one, names, path, s), head=True),
            made("next", mark("the next lot"), _next, Kind.STATE, topic="sampling-plan", falling=True),
            made("ppm", mark("nonconforming"), _ppm, Kind.NUMBER, topic="incoming-ppm", falling=True),
            number("lots", mark("lots"), lambda one: one.lots),
            number("waiting", mark("waiting"), lambda one: one.waiting),
            number("rejected", mark("rejected"), lambda one: one.rejected, falling=True),
            number("skipped", mark("skipped"), lambda one: one.skipped),
            made("escaped", mark("escaped"), _escaped, Kind.NUMBER, topic="escape", falling=True),
        ),
        empty=Empty(mark("Nothing was received yet."), mark("Receive goods by scan on the page of what comes in.")),
    )


def plans_table(names: Names) -> Definition[AgreedPlan]:
    """What is agreed to be inspected."""
    return Definition(
        id="plans",
        title=mark("Inspection plans"),
        columns=(
            made("part", mark("part"), lambda one, s: text_cell(names.part(one.part, s)), head=True),
            made("supplier", mark("supplier"), lambda one, s: _whose(one, names, s)),
            made("from", mark("valid from"), lambda one, s: day_cell(one.valid_from, s), falling=True),
            made("what", mark("characteristics"), lambda one, s: text_cell(s.list(_characteristics(one)))),
            made("more", mark("agreed"), _agreed),
        ),
        empty=Empty(
            mark("No inspection is agreed."),
            mark("Without a plan nothing is held. Enter one below: a part, an AQL, a level."),
        ),
    )


def escapes_table(names: Names, plant: str) -> Definition[Escape]:
    """What slipped through."""
    receipts: Column[Escape] = made("receipts", mark("receipts"), lambda one, s: _receipts(one, names, s))
    return Definition(
        id="escapes",
        title=mark("Escapes, traced back"),
        columns=(
            made("item", mark("defective"), lambda one, _: _item(one.item), head=True),
            made("blame", mark("traced to"), lambda one, s: _blame(one, plant, s), Kind.STATE, topic="escape"),
            receipts,
            made("in", mark("found"), lambda one, s: text_cell(s.say(FOUND_IN[one.found_in]))),
            made("on", mark("on"), lambda one, s: day_cell(one.found_on, s), falling=True),
            number("quantity", mark("quantity"), lambda one: one.quantity),
            words("defect", mark("defect"), lambda one: one.defect),
        ),
        empty=Empty(
            mark("Nothing escaped, as far as anybody entered it."),
            mark("Failures from the field that name a component appear here by themselves."),
        ),
    )


def day_cell(day: date, speech: Speech) -> Cell:
    """A day."""
    return Cell(text=speech.day(day), sort=day.toordinal(), raw=day)


def severity_text(severity: str, score: int, speech: Speech, *, discontinued: bool = False) -> str:
    """How severely, and by which score."""
    if discontinued:
        return speech.say("discontinued: five lots were rejected in tightened inspection")
    text = speech.say(SEVERITIES[Severity(severity)])
    if severity != Severity.NORMAL:
        return text
    score_text = speech.say("switching score %(score)s of %(most)s", score=score, most=SCORE_FOR_REDUCED)
    return speech.list([text, score_text])


def _shipment(one: Shipment, plant: str, speech: Speech, *, enters: bool) -> Cell:
    asked = urlencode({"shipment": one.id, "supplier": one.supplier})
    beside = speech.say("receive it") if enters else ""
    return text_cell(one.id, url=f"{incoming_path(plant)}?{asked}#receive" if enters else None, beside=beside)


def _parts(one: Shipment, names: Names, speech: Speech) -> list[str]:
    return [names.part(part, speech) for part in sorted({each.part for each in one.items})]


def _lot(one: LotRow, names: Names, speech: Speech) -> Cell:
    path = receipt_path(one.lot.plant, one.lot.receipt)
    return text_cell(item_label(one.lot.item), url=path, beside=names.part(one.lot.part, speech))


def _state(one: LotRow, speech: Speech) -> Cell:
    state, rank = LOT_MARKS[one.lot.state]
    return state_cell(speech.say(LOT_STATES[one.lot.state]), state.value, rank)


def _supply(one: SupplyView, names: Names, path: str, speech: Speech) -> Cell:
    asked = urlencode({"supplier": one.supplier, "part": one.part})
    name, company = names.part(one.part, speech), names.company(one.supplier, speech)
    return text_cell(name, url=f"{path}?{asked}#decide", beside=company)


def _next(one: SupplyView, speech: Speech) -> Cell:
    if not one.switching:
        return state_cell(speech.say("nothing was inspected yet"), State.NEUTRAL.value, 0)
    worst = max(one.switching, key=lambda each: (each.discontinued, each.severity == Severity.TIGHTENED, -each.score))
    text = severity_text(worst.severity, worst.score, speech, discontinued=worst.discontinued)
    beside = [worst.characteristic]
    if one.every > 1:
        beside.append(speech.say("one lot in %(every)s is inspected", every=one.every))
    beside += [speech.say(HINDRANCES[each]) for each in one.hindrances]
    if worst.may_reduce:
        beside.append(speech.say("may be reduced"))
    state, rank = (State.BAD, 3) if worst.discontinued else _SEVERE.get(worst.severity, (State.OK, 1))
    return state_cell(text, state.value, rank, beside=speech.list(beside))


_SEVERE = {Severity.TIGHTENED.value: (State.WARNING, 2)}


def _ppm(one: SupplyView, speech: Speech) -> Cell:
    if one.ppm is None:
        return text_cell("")
    return number_cell(speech, one.ppm, 0, "ppm", beside=basis(speech, one.sampled, one.interval, 0))


def _escaped(one: SupplyView, speech: Speech) -> Cell:
    beside = speech.say_count("%(num)s more possibly", "%(num)s more possibly", one.possibly) if one.possibly else ""
    return number_cell(speech, one.escaped, beside=beside)


def _whose(one: AgreedPlan, names: Names, speech: Speech) -> Cell:
    return text_cell(
        names.company(one.supplier, speech) if one.supplier else speech.say("whoever has no plan of its own")
    )


def _characteristics(one: AgreedPlan) -> list[str]:
    return [f"{each.name} (AQL {each.aql}, {each.level})" for each in one.characteristics]


def _agreed(one: AgreedPlan, speech: Speech) -> Cell:
    said = [speech.say("reduced inspection")] if one.reduce else []
    said += [speech.say("skipped lots")] if one.skip else []
    return text_cell(speech.list(said))


def _item(item: str) -> Cell:
    return text_cell(item_label(item), url=item_path(item) if has_page(item) else None)


def _blame(one: Escape, plant: str, speech: Speech) -> Cell:
    state = State.NEUTRAL if not one.receipts else State.BAD if len(one.receipts) == 1 else State.WARNING
    url = receipt_path(plant, one.receipts[0].receipt) if one.receipts else None
    return state_cell(speech.say(BLAMES[one.blame]), state.value, len(one.receipts), url=url)


def _receipts(one: Escape, names: Names, speech: Speech) -> Cell:
    told = [f"{names.company(each.supplier, speech)} {item_label(each.item)}" for each in one.receipts]
    more = [f"+ {len(told) - _MOST_RECEIPTS}"] if len(told) > _MOST_RECEIPTS else []
    return text_cell(speech.list([*told[:_MOST_RECEIPTS], *more]))
