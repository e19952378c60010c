"""Where a line works by another control plan than master data state for now.

The line's word is what its agent sealed when a plan took over; it is as new as what came from there. Parts for which
master data state no plan have nothing to differ from.
"""

from datetime import datetime

import msgspec

from hub.store.core.database import Reading
from hub.store.master.line_plans import plans_in_master_data, plans_of_lines
from hub.store.master.queries import Master


class PlanDiffers(msgspec.Struct, frozen=True, kw_only=True):
    """``agent`` works by one plan since a time, while in master data another one holds since ``holds_since``."""

    agent: str
    plant: str
    part: str
    works_by: str
    works_by_revision: str
    works_since: datetime
    holds: str
    holds_revision: str
    holds_since: datetime


def plans_that_differ(
    connection: Reading, master: Master, now: datetime, plant: str | None = None
) -> dict[str, PlanDiffers]:
    """By agent; of agents that are entered, at the plant that they belong to."""
    stated = plans_in_master_data(connection, master, now, plant)
    found: dict[str, PlanDiffers] = {}
    for author, said in sorted(plans_of_lines(connection, plant).items()):
        entry, held = master.authors.get(author), stated.get((said.plant, said.part))
        if held is None or entry is None or entry.plant != said.plant or held.id == said.id:
            continue
        found[author] = PlanDiffers(
            agent=author,
            plant=said.plant,
            part=said.part,
            works_by=said.id,
            works_by_revision=said.revision,
            works_since=said.since,
            holds=held.id,
            holds_revision=held.revision,
            holds_since=held.begin,
        )
    return found
