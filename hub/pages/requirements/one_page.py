"""One requirement: the text both sides see, what is asked and what is, and what either side may do now."""

from typing import Any

import msgspec

from hub.accounts.permission import Permission, Scope
from hub.errors import NotFound
from hub.named import Named, unnamed
from hub.pages.requirements.list_page import Look
from hub.pages.requirements.requirement_words import STEPS
from hub.pages.requirements.sent import MOST_ROWS, TypedTerms, typed_of
from hub.pages.requirements.tables import INDICATORS, TERMS
from hub.pages.speech import Speech
from hub.pages.tables.define import Filled
from hub.requirement.fulfil import fulfilment
from hub.requirement.read import view
from hub.requirement.views import FulfilmentView, Met, RequirementView, StepView
from hub.store.master.queries import part_name, parts_named, read_master
from traceability.record.requirement import (
    Agree,
    Counter,
    Decline,
    End,
    Metric,
    Party,
    Remark,
    Supersede,
)
from traceability.record.sharing import DataKind

REMARKS, PASS_ON, TELL = "remarks", "pass-on", "notification"


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened, in words."""

    step: StepView
    what: str
    said: str


class OneSaid(msgspec.Struct, frozen=True, kw_only=True):
    """What the page has to say about what was just sent."""

    trouble: str = ""
    typed: TypedTerms | None = None
    what: str = ""


def sides_of(look: Look, found: RequirementView) -> tuple[Party, ...]:
    """For whom the reader may act; the operator's people for either."""
    asker = look.asker
    if not asker.may_act or Permission.ACT not in asker.permissions or Scope.WRITE not in asker.scopes:
        return ()
    of = {Party.CUSTOMER: found.content.customer, Party.SUPPLIER: found.content.supplier}
    return tuple(party for party, company in of.items() if asker.is_operator or asker.organisation == company)


def one_context(look: Look, identity: str, said: OneSaid, speech: Speech) -> tuple[dict[str, Any], tuple[Filled, ...]]:
    """The template's variables and the tables; ``NotFound``."""
    with look.seen.store.reading() as connection:
        found = view(connection, identity)
        companies = read_master(connection).organisations
        parts = parts_named(connection, {found.content.part})
    fulfilled = _fulfilled(look, found)
    sides = sides_of(look, found)

    def named(company: str) -> Named:
        return companies.get(company) or unnamed(company)

    context = {
        "view": found,
        "customer": named(found.content.customer),
        "supplier": named(found.content.supplier),
        "part": part_name(parts, found.content.part),
        "fulfilled": fulfilled,
        "happened": [_happened(one, speech) for one in found.history],
        "passed_on": [(one, named(one.supplier)) for one in found.passed_on],
        "may": {what: tuple(side for side in sides if what in found.next[side]) for what in _NEXT}
        | _always(sides, fulfilled),
        "typed": said.typed or typed_of(found.terms),
        "said": said,
        "companies": sorted(companies.values(), key=lambda one: one.name),
    } | choices()
    tables = (Filled(INDICATORS, fulfilled.indicators), Filled(TERMS, found.terms.indicators))
    return context, tables


_NEXT = ("agree", "counter", "decline", "end")


def _next(sides: tuple[Party, ...], found: RequirementView) -> dict[str, tuple[Party, ...]]:
    return {what: tuple(side for side in sides if what in found.next[side]) for what in _NEXT}


def _always(sides: tuple[Party, ...], fulfilled: FulfilmentView) -> dict[str, tuple[Party, ...]]:
    missed = fulfilled.in_force and any(one.verdict is Met.MISSED for one in fulfilled.indicators)
    open_ = fulfilled.state.value in {"proposed", "countered", "agreed"}
    return {
        REMARKS: sides,
        PASS_ON: tuple(side for side in sides if side is Party.SUPPLIER and open_),
        TELL: tuple(side for side in sides if side is Party.CUSTOMER and missed),
    }


def choices() -> dict[str, Any]:
    """What the selects of terms offer."""
    return {"metrics": tuple(Metric), "kinds": tuple(DataKind), "most_rows": MOST_ROWS}


def _fulfilled(look: Look, found: RequirementView) -> FulfilmentView:
    mine = look.asker.organisation == found.content.customer and not look.asker.preview
    if look.asker.organisation not in ("", found.content.customer, found.content.supplier):
        raise NotFound(f"there is no requirement {found.id[:100]!r}", advice="check the id")
    return fulfilment(look.whole, found.id, look.asked, look.audit if mine else None)


def _happened(one: StepView, speech: Speech) -> Happened:
    content = one.content
    match content:
        case Counter():
            said = content.reason
        case Decline() | End():
            said = content.reason
        case Remark():
            said = content.text
        case Supersede():
            said = content.by
        case Agree():
            said = ""
    what = speech.say(STEPS[type(content).__name__])
    return Happened(step=one, what=what, said=said)
