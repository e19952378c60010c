"""Policies as tables: what holds, and everything that was ever stated."""

from collections.abc import Mapping

from hub.named import Named, unnamed
from hub.pages.audit.audit_words import EXTENTS
from hub.pages.speech import Speech, mark
from hub.pages.tables.cells import Cell, state_cell, text_cell
from hub.pages.tables.columns import made, moment
from hub.pages.tables.define import Definition, Empty, Kind
from hub.pages.words import word_for
from hub.sharing.preview import KindSeen, PartnerSees, PartSeen
from hub.sharing.told import PolicyView, Standing

Names = Mapping[str, Named]
_STATES = {
    Standing.IN_FORCE: ("ok", 0),
    Standing.TO_COME: ("warning", 1),
    Standing.REPLACED: ("neutral", 2),
    Standing.ENDED: ("neutral", 3),
    Standing.TAKING_BACK: ("neutral", 4),
}


def policies_table(name: str, title: str, zone: str, names: Names, people: Mapping[str, str]) -> Definition[PolicyView]:
    """One row a policy; ``people``: id of an account -> its login, as far as the reader may know."""
    return Definition(
        id=name,
        title=title,
        columns=(
            made("partner", mark("partner"), lambda one, speech: _partner(one.partner, names, speech), head=True),
            made("owner", mark("whose records"), lambda one, speech: _named(one.owner, names, speech)),
            made("part", mark("part"), lambda one, speech: part_cell(one.part, speech)),
            made("kinds", mark("kinds"), lambda one, speech: text_cell(kinds_text(one, speech)), topic="policy-kinds"),
            made("items", mark("of which items"), lambda one, speech: text_cell(speech.say(word_for(one.items)))),
            moment("from", mark("since"), lambda one: one.valid_from, zone),
            moment("until", mark("until"), lambda one: one.until, zone),
            made("standing", mark("state"), _standing, Kind.STATE),
            made("by", mark("by"), lambda one, _: text_cell(people.get(one.by, one.by))),
            made("version", mark("place in the log"), _version, topic="audit-place"),
        ),
        empty=Empty(
            mark("No policy is stated."),
            mark("Without one, partners see one step up and down: which records exist, and what is in what."),
        ),
    )


def kinds_text(one: PolicyView, speech: Speech) -> str:
    """What is shared, in words."""
    if one.kinds is None:
        return speech.say("takes the policy back: what is less particular holds")
    if not one.kinds:
        return speech.say("nothing: everything is withheld")
    return speech.list([speech.say(word_for(kind)) for kind in one.kinds])


def part_cell(part: str, speech: Speech) -> Cell:
    """A part by its identity."""
    return text_cell(part, code=True) if part else text_cell(speech.say("every part"))


def partner_name(partner: str, names: Names, speech: Speech) -> str:
    """A company, or all of them."""
    return speech.named(names.get(partner) or unnamed(partner)) if partner else speech.say("every company")


def sees_rows(
    view: PartnerSees, names: Names, speech: Speech
) -> tuple[str, list[tuple[str, list[tuple[str, str, str, bool]]]]]:
    """Of one partner its name and, part by part, each kind with what is seen of it now and then."""
    name = partner_name(view.partner, names, speech) if view.partner else speech.say("every other company")
    return name, [(_part_name(part, speech), [_kind(one, speech) for one in part.kinds]) for part in view.parts]


def _part_name(part: PartSeen, speech: Speech) -> str:
    return part.part or speech.say("every part without a policy of its own")


def _kind(one: KindSeen, speech: Speech) -> tuple[str, str, str, bool]:
    before, after = (speech.say(EXTENTS[extent]) for extent in (one.before, one.after))
    return speech.say(word_for(one.kind)), before, after, one.before != one.after


def _partner(partner: str, names: Names, speech: Speech) -> Cell:
    return text_cell(partner_name(partner, names, speech), beside=partner if partner in names else "")


def _named(owner: str, names: Names, speech: Speech) -> Cell:
    return text_cell(speech.named(names.get(owner) or unnamed(owner)))


def _standing(one: PolicyView, speech: Speech) -> Cell:
    state, rank = _STATES[one.standing]
    return state_cell(speech.say(word_for(one.standing)), state, rank)


def _version(one: PolicyView, _speech: Speech) -> Cell:
    index, _, line = one.version.partition(":")
    return Cell(text=one.version, sort=float(index), raw=one.version, url=f"/api/v1/records/{index}/{line}/evidence")
