"""Events and documents as JSON-LD text."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from traceability.epcis.document import DocumentReader
from traceability.epcis.jsonld_writing import write_event
from traceability.epcis.names import Naming
from traceability.epcis.problem import Invalid, Problem
from traceability.epcis.source import Limits
from traceability.event.event import Event

_encode = msgspec.json.Encoder(decimal_format="number").encode


def encode_event(event: Event, prefixes: Mapping[str, str] | None = None) -> bytes:
    """One event as a JSON document of its own: it carries the context that explains its names.

    ``prefixes`` are the namespaces by prefix that the names had where they came from.
    """
    naming = Naming(prefixes)
    fields = write_event(event, naming)
    return _encode({"@context": naming.context(), **fields})


def decode_event(text: bytes) -> Event:
    """One event with its context; ``Invalid`` tells all that is wrong."""
    reader = DocumentReader(text, Limits(value=len(text) + 1, document=len(text) + 1))
    found = list(reader.events())
    problems = [*reader.problems, *(problem for each in found for problem in each.problems)]
    if problems or len(found) != 1 or found[0].event is None:
        raise Invalid(problems or [Problem("", f"one event was expected, {len(found)} were found")])
    return found[0].event


def write_document(
    events: Iterable[Event],
    *,
    created: str,
    prefixes: Mapping[str, str] | None = None,
    header: Mapping[str, Any] | None = None,
    document_id: str | None = None,
) -> Iterator[bytes]:
    """An ``EPCISDocument`` in pieces, at flat memory; ``created`` is a date and time with zone.

    Namespaces without a prefix in ``prefixes`` get one declared in the event that uses them.
    """
    fields: dict[str, Any] = {"id": document_id} if document_id else {}
    fields |= {"type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": created}
    if header is not None:
        fields["epcisHeader"] = header
    yield from _pieces(events, fields, prefixes, b'"epcisBody":{"eventList":[', b"]}}")


def write_query_document(
    events: Iterable[Event],
    *,
    created: str,
    query_name: str,
    subscription_id: str | None = None,
    prefixes: Mapping[str, str] | None = None,
) -> Iterator[bytes]:
    """An ``EPCISQueryDocument`` in pieces: the answer to a query."""
    fields = {"type": "EPCISQueryDocument", "schemaVersion": "2.0", "creationDate": created}
    results: dict[str, Any] = {"queryName": query_name}
    if subscription_id is not None:
        results["subscriptionID"] = subscription_id
    opening = b'"epcisBody":{"queryResults":' + _encode(results)[:-1] + b',"resultsBody":{"eventList":['
    yield from _pieces(events, fields, prefixes, opening, b"]}}}}")


def _pieces(
    events: Iterable[Event],
    fields: Mapping[str, Any],
    prefixes: Mapping[str, str] | None,
    opening: bytes,
    closing: bytes,
) -> Iterator[bytes]:
    shared = Naming(prefixes)
    for namespace in (prefixes or {}).values():
        shared.short(f"{{{namespace}}}")
    known = dict(shared.used)
    yield _encode({"@context": shared.context(), **fields})[:-1] + b"," + opening
    comma = b""
    for event in events:
        naming = Naming({prefix: namespace for namespace, prefix in known.items()})
        body = write_event(event, naming)
        own = {prefix: namespace for namespace, prefix in naming.used.items() if namespace not in known}
        yield comma + _encode({"@context": [own], **body} if own else body)
        comma = b","
    yield closing
