"""One receipt: each lot with the plan that applies to it and why, its results, and what may be decided."""

from typing import Any

import msgspec

from hub.incoming.agreed import plan_for, plans_known
from hub.incoming.due import Due, Method
from hub.incoming.lots import ENDED, LotState
from hub.incoming.read import LotView, ReceiptView, receipt_view
from hub.incoming.supply import Supply, supply_of
from hub.page_paths import has_page, item_path
from hub.pages.home_page import State
from hub.pages.incoming.board_page import names_of
from hub.pages.incoming.incoming_words import LOT_MARKS, MATCH_MARKS
from hub.pages.incoming.tables import item_label, severity_text
from hub.pages.speech import Speech
from hub.store.core.database import Reading
from traceability.record.incoming import Decision

MOST_ITEMS = 100
"""Items of a lot that are shown; the API has all."""
_HELD = (Decision.CONCESSION, Decision.RETURN, Decision.SCRAP)
_FREE = (Decision.QUARANTINE, Decision.RETURN, Decision.SCRAP)


class DueShown(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be inspected of one characteristic; ``why`` it is inspected so severely."""

    due: Due
    measured: bool
    why: str


class LotShown(msgspec.Struct, frozen=True, kw_only=True):
    """A lot as the page shows it."""

    view: LotView
    label: str
    url: str | None
    state: State
    dues: tuple[DueShown, ...]
    decisions: tuple[Decision, ...]
    undo: bool
    """Whether holding it again takes back that it was released."""


def receipt_context(connection: Reading, plant: str, receipt: str, speech: Speech) -> dict[str, Any]:
    """The template's variables; ``NotFound``."""
    view = receipt_view(connection, plant, receipt)
    names = names_of(connection, {lot.part for lot in view.lots})
    supplies = _supplies(connection, view)
    return {
        "view": view,
        "supplier": names.company(view.supplier, speech),
        "part_of": {lot.part: names.part(lot.part, speech) for lot in view.lots},
        "lots": [_shown(lot, supplies[lot.part], speech) for lot in view.lots],
        "missing": [item_label(item) for item in view.missing],
        "most_items": MOST_ITEMS,
        "match_marks": {match.value: state.value for match, state in MATCH_MARKS.items()},
        "item_label": item_label,
        "limits": _limits,
    }


def _supplies(connection: Reading, view: ReceiptView) -> dict[str, Supply]:
    """What earlier lots of each part have led to."""
    plans = plans_known(connection, view.plant)
    found = {}
    for part in sorted({lot.part for lot in view.lots}):
        plan = plan_for(plans, part, view.supplier, view.received_on)
        reduce = plan is not None and plan.reduce
        found[part] = supply_of(connection, view.plant, view.supplier, part, reduce=reduce)
    return found


def _shown(lot: LotView, supply: Supply, speech: Speech) -> LotShown:
    decisions: tuple[Decision, ...] = ()
    if lot.state not in ENDED:
        decisions = _HELD if lot.state in (LotState.QUARANTINE, LotState.REJECTED) else _FREE
    return LotShown(
        view=lot,
        label=item_label(lot.item),
        url=item_path(lot.item) if has_page(lot.item) else None,
        state=LOT_MARKS[lot.state][0],
        dues=tuple(_due(one, lot, supply, speech) for one in lot.due),
        decisions=decisions,
        undo=lot.state is LotState.RELEASED,
    )


def _due(one: Due, lot: LotView, supply: Supply, speech: Speech) -> DueShown:
    state = supply.of(one.name)
    why = severity_text(one.severity, state.score, speech, discontinued=lot.discontinued)
    measured = one.method is Method.VARIABLES or one.lower is not None or one.upper is not None
    return DueShown(due=one, measured=measured, why=why)


def _limits(one: Due) -> str:
    """Lower and upper limit, as far as there are any."""
    return f"{one.lower or '…'} – {one.upper or '…'} {one.uom}".strip()
