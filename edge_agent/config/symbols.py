"""``[symbols]``: what the codes of a line name, beyond GS1: plant patterns, data identifiers, private identities."""

from edge_agent.config.file import SymbolsTable
from edge_agent.errors import ConfigError
from traceability.errors import ZhuoyueError
from traceability.identifier.foreign_name import parse_foreign_name
from traceability.identifier.item import parse_item
from traceability.identifier.label import Parties
from traceability.identifier.pattern import PatternRule
from traceability.identifier.symbol import SymbolRules


def check_symbols(table: SymbolsTable, file: str, place: str) -> SymbolRules:
    """The rules; ConfigError names the pattern or alias that cannot be used."""
    patterns = []
    for entry in table.pattern:
        try:
            rule = PatternRule(
                name=entry.name,
                pattern=entry.pattern,
                symbologies=frozenset(entry.symbologies),
                organisation=entry.organisation,
                part=entry.part,
                gtin=entry.gtin,
            )
        except ZhuoyueError as error:
            expected = "; ".join(filter(None, (error.what, error.advice)))
            raise ConfigError(file, f'{place}.pattern "{entry.name}"', expected) from None
        patterns.append(rule)
    return SymbolRules(
        patterns=tuple(patterns),
        parties=Parties(
            organisation=table.organisation,
            suppliers=table.suppliers,
            customer_numbers=table.customer_numbers,
            serial_is_package=table.serial_is_package,
        ),
        plain_data_identifiers=table.plain_data_identifiers,
        aliases=dict(_alias(name, item, file, place) for name, item in table.aliases.items()),
    )


def _alias(name: str, item: str, file: str, place: str) -> tuple[str, str]:
    try:
        parse_item(item)
        return parse_foreign_name(name).name, item
    except ZhuoyueError as error:
        raise ConfigError(file, f'{place}.aliases "{name}"', error.what) from None
