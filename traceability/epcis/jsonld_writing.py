"""Events back to JSON objects, by the tables that read them."""

from typing import Any

import msgspec

from traceability.epcis.jsonld import DESTINATIONS, SOURCES, TABLES, Field, Table
from traceability.epcis.names import Naming
from traceability.event.event import Event, Party, VendorEvent


def write_event(event: Event, naming: Naming) -> dict[str, Any]:
    """The event as a JSON object, without ``@context``; ``naming`` gives prefixes to namespaces."""
    name = naming.short(event.type) if isinstance(event, VendorEvent) else event.kind
    return {"type": name, **_written(event, TABLES[type(event)], naming)}


def _written(struct: msgspec.Struct, table: Table, naming: Naming) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, attribute, field in table.written:
        value = getattr(struct, attribute)
        if value is None:
            continue
        if value.__class__ is str:
            found[name] = value if field.words is None else field.words.bare(value)
        else:
            found[name] = _value(value, field, name, naming)
    extensions = getattr(struct, "extensions", None)
    if extensions:
        for name, value in extensions.items():
            found[naming.short(name)] = value if value.__class__ is str else naming.shortened(value)
    return found


def _value(value: Any, field: Field, name: str, naming: Naming) -> Any:
    if isinstance(value, str):
        return value if field.words is None else field.words.bare(value)
    if isinstance(value, tuple):
        if field.words is None and value and value[0].__class__ is str:
            return value
        return [_value(each, field, name, naming) for each in value]
    if isinstance(value, msgspec.Struct):
        return _written(value, DESTINATIONS if name == "destinationList" else _table(value), naming)
    return naming.shortened(value) if isinstance(value, dict) else value


def _table(value: msgspec.Struct) -> Table:
    return SOURCES if isinstance(value, Party) else TABLES[type(value)]
