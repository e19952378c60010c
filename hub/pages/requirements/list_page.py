"""The list of requirements: which there are, how far each is, and which are kept now."""

from collections.abc import Sequence
from datetime import date
from functools import partial

import msgspec

from hub.accounts.asker import Asker
from hub.named import Named, unnamed
from hub.pages.requirements.tables import RequirementRow
from hub.parts import Hub
from hub.requirement.fulfil import fulfilment
from hub.requirement.read import list_view
from hub.requirement.standing import FulfilmentDesk
from hub.requirement.views import FulfilmentView, RequirementLine
from hub.sharing.audit import AuditDesk
from hub.store.ledger.batches import log_size
from hub.store.master.queries import part_name, parts_named, read_master
from hub.store.quality.requirements import RequirementsWanted
from traceability.record.requirement import Party
from traceability.requirement.fold import RequirementState

MOST = 1000
MOST_MADE = 10
"""Fulfilments computed for one list; of the others the list says where they stand."""


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """Who looks at which requirements; ``seen`` is the hub as shared with the asker, ``whole`` past every policy."""

    seen: Hub
    whole: Hub
    asker: Asker
    audit: AuditDesk
    desk: FulfilmentDesk
    asked: str

    def fulfilled(self, line: RequirementLine) -> FulfilmentView:
        """As the customer sees the hub; what the customer reads is noted for its supplier."""
        mine = bool(self.asker.organisation) and self.asker.organisation == line.customer
        audit = self.audit if mine and not self.asker.preview else None
        return fulfilment(self.whole, line.id, self.asked, audit)


def requirement_rows(look: Look, party: Party | None, state: RequirementState | None) -> list[RequirementRow]:
    """The latest first; ``party``: those in which the asker has that part."""
    mine = look.asker.organisation or None
    wanted = RequirementsWanted(
        customer=mine if party is Party.CUSTOMER else None, supplier=mine if party is Party.SUPPLIER else None
    )
    with look.seen.store.reading() as connection:
        lines = list_view(connection, wanted, state, 0, MOST).requirements
        companies = read_master(connection).organisations
        parts = parts_named(connection, {one.part for one in lines})
        size = log_size(connection)
    told = _fulfilments(look, lines, size)
    day = look.seen.clock().date()

    def named(company: str) -> Named:
        return companies.get(company) or unnamed(company)

    return [
        RequirementRow(
            line=one,
            customer=named(one.customer),
            supplier=named(one.supplier),
            part=part_name(parts, one.part),
            fulfilled=told.get(one.id),
            in_force=in_force(one, day),
        )
        for one in lines
    ]


def in_force(line: RequirementLine, day: date) -> bool:
    """Whether it is agreed and valid on a day."""
    ends = line.valid_to
    agreed = line.state is RequirementState.AGREED
    return agreed and line.valid_from <= day and (ends is None or day <= ends)


def _fulfilments(look: Look, lines: Sequence[RequirementLine], size: int) -> dict[str, FulfilmentView]:
    now, left, found = look.seen.clock(), MOST_MADE, {}
    for line in lines:
        if not in_force(line, now.date()):
            continue
        key = look.asker.eyes, line.id
        known = look.desk.known(key, size, now)
        if known is None and left:
            left -= 1
            known = look.desk.made(key, partial(look.fulfilled, line))
        if known is not None:
            found[line.id] = known
    return found
