"""Names for items: which part, whose plant."""

from collections.abc import Collection, Iterable
from functools import lru_cache

import msgspec

from hub.named import Named
from hub.store.core.database import Reading
from hub.store.master.queries import Master, PartEntry, part_name, parts_named, read_master
from hub.store.trace.queries import ResultRow
from traceability.errors import IdentifierRefused
from traceability.identifier.item import Item, item_uri, parse_item, part_of
from traceability.quality.ordering import in_order
from traceability.unit import Verdict, is_submission


class Catalogue(msgspec.Struct, frozen=True):
    """Master data and the names of the parts in question."""

    master: Master
    parts: dict[str, PartEntry]

    def part(self, part: str) -> Named:
        """The part's names; its number where no control plan names it."""
        return part_name(self.parts, part)

    def maker(self, part: str, rows: Iterable[ResultRow]) -> str | None:
        """The plant that recorded the latest of ``rows``; without any, the one plant that plans to make ``part``."""
        ordered = in_order(rows, _submits)
        if ordered:
            return ordered[-1].plant
        entry = self.parts.get(part)
        return entry.plants[0] if entry and len(entry.plants) == 1 else None


def read_catalogue(connection: Reading, items: Collection[str]) -> Catalogue:
    """The names that ``items`` (canonical identities) need."""
    parts = {part_of_name(item) for item in items}
    return Catalogue(read_master(connection), parts_named(connection, parts))


def last_verdict(rows: Iterable[ResultRow]) -> Verdict | None:
    """Verdict of the latest submission among ``rows`` of one unit; what was declared wrong does not count."""
    submissions = [row for row in in_order(rows, _submits) if _submits(row) and not row.erroneous]
    return submissions[-1].verdict if submissions else None


def in_time_order(rows: Iterable[ResultRow]) -> list[ResultRow]:
    """Results of one unit, earliest first, each chain in its own order."""
    return in_order(rows, _submits)


def item_label(item: Item) -> str:
    """Serial, lot or GTIN: what stands on the thing itself."""
    return item.serial or item.lot or item.key


@lru_cache(maxsize=8192)
def part_of_name(item: str) -> str:
    """The same of a canonical identity; pages ask it many times for the same items."""
    return part_of_item(parse_item(item))


def part_of_item(item: Item) -> str:
    """The part's canonical identity; the item's own where nobody says of which part it is."""
    uri = item_uri(item)
    try:
        return part_of(uri)
    except IdentifierRefused:
        return uri


def _submits(row: ResultRow) -> bool:
    return is_submission(row.verdict, row.flags)
