"""Who supplied what went in: who recorded making it, else who sent it, else who planned it, else whose number it is."""

from collections.abc import Collection

from hub.analysis.source import Source
from hub.store.search.prefixes import company_prefixes
from hub.trace.catalogue import part_of_item, read_catalogue
from hub.trace.expected import Expectation
from traceability.identifier.item import parse_item


def suppliers_of(source: Source, items: Collection[str]) -> dict[str, str]:
    """Organisation of each of ``items`` of which one is known."""
    catalogue = read_catalogue(source.connection, items)
    expected = Expectation(catalogue, company_prefixes(source.connection))
    made = source.known.makers(items)
    sent = source.known.shipments(items)
    found: dict[str, str] = {}
    by_part: dict[str, str | None] = {}
    for item in items:
        part = part_of_item(parse_item(item))
        if part not in by_part:
            by_part[part] = next((each.organisation.id for each in expected.of(item) if each.organisation), None)
        owner = source.master.organisation_of(made.get(item))
        who = owner.id if owner else sent[item][0].row.source_party if sent.get(item) else by_part[part]
        if who is not None:
            found[item] = who
    return found
