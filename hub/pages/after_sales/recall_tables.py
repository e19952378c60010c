"""Tables of a recall: destinations, makers, parts."""

from urllib.parse import urlencode

from hub.page_paths import RECALLS_PATH
from hub.pages.after_sales.recall_chips import chips
from hub.pages.doubt_words import RECALL_STATES
from hub.pages.speech import Speech, mark
from hub.pages.tables.cells import Cell, text_cell
from hub.pages.tables.columns import made, moment, number
from hub.pages.tables.define import Definition, Empty
from hub.recall.question import Question
from hub.recall.views import AffectedPart, Destination, Maker, RecallListed
from hub.recall.whereabouts import NOBODY, Whereabouts

MOST_NAMED = 3
"""Of what a recall begins with, so many are named in a list."""
_NONE_YET = Empty(mark("Nothing is affected, as far as is known."), mark("While the answer grows, look again."))


def place_of(one: Destination) -> Whereabouts:
    """A destination as addresses name it."""
    return Whereabouts(one.party.id, one.site.id if one.site else "", one.shipped)


def place_url(recall: str, one: Destination) -> str:
    """The recall's page with the items at one destination."""
    at = place_of(one)
    question = urlencode({"party": at.party, "site": at.site, "shipped": str(at.shipped).lower()})
    return f"{RECALLS_PATH}/{recall}?{question}#items"


def destinations_table(recall: str) -> Definition[Destination]:
    """Where the goods are: a line for each customer and site."""

    def party(one: Destination, speech: Speech) -> Cell:
        name = speech.say("not known") if one.party.id == NOBODY.id else speech.named(one.party)
        return text_cell(name, url=place_url(recall, one))

    return Definition(
        id="destinations",
        title=mark("Where the goods are"),
        columns=(
            made("company", mark("company"), party, head=True),
            made("site", mark("place"), lambda one, speech: text_cell(speech.named(one.site) if one.site else "")),
            made("shipment", mark("shipment"), _shipment),
            number("items", mark("affected"), lambda one: one.items, falling=True),
            number("certain", mark("of these certain"), lambda one: one.certain, falling=True),
            number("potential", mark("of these potential"), lambda one: one.items - one.certain, falling=True),
            number("finished", mark("finished units"), lambda one: one.finished, falling=True),
        ),
        empty=_NONE_YET,
    )


def makers_table() -> Definition[Maker]:
    """Who made what is affected."""
    return Definition(
        id="makers",
        title=mark("Who made it"),
        columns=(
            made("company", mark("company"), lambda one, speech: text_cell(speech.named(one.organisation)), head=True),
            number("items", mark("affected"), lambda one: one.items, falling=True),
            number("certain", mark("of these certain"), lambda one: one.certain, falling=True),
            number("finished", mark("finished units"), lambda one: one.finished, falling=True),
        ),
        empty=_NONE_YET,
    )


def parts_table() -> Definition[AffectedPart]:
    """What is affected, by part."""
    return Definition(
        id="parts",
        title=mark("Affected parts"),
        columns=(
            made("part", mark("part"), lambda one, speech: text_cell(speech.named(one.part)), head=True),
            number("items", mark("affected"), lambda one: one.items, falling=True),
            number("certain", mark("of these certain"), lambda one: one.certain, falling=True),
            number("finished", mark("finished units"), lambda one: one.finished, falling=True),
        ),
        empty=_NONE_YET,
    )


def recalls_table() -> Definition[RecallListed]:
    """Recalls that were asked before."""

    def begins(one: RecallListed, speech: Speech) -> Cell:
        shown, more = chips(Question.model_validate(one.question), speech)
        first = ", ".join(chip.text for chip in shown[:MOST_NAMED])
        beyond = len(shown[MOST_NAMED:]) + more
        told = speech.say_count("and %(num)s more", "and %(num)s more", beyond) if beyond else ""
        return text_cell(first, url=f"{RECALLS_PATH}/{one.id}", beside=told)

    return Definition(
        id="recalls",
        title=mark("Asked before"),
        columns=(
            made("begins", mark("it begins with"), begins, head=True),
            moment("asked", mark("asked at"), lambda one: one.asked_at, "UTC"),
            made("state", mark("state"), lambda one, s: text_cell(s.say(RECALL_STATES[one.state]))),
            number("items", mark("affected"), lambda one: one.reached, falling=True),
            made("who", mark("asked by"), lambda one, s: text_cell(s.say("you") if one.own else s.say("a colleague"))),
        ),
        empty=Empty(mark("No recall was asked yet."), mark("What is asked here stands in this list from then on.")),
    )


def _shipment(one: Destination, speech: Speech) -> Cell:
    shipped = speech.say("shipped") if one.shipped else speech.say("no shipment known: still where it was made")
    return text_cell(shipped)
