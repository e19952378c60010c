"""What stands around the events of a document, and whether it is right."""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from traceability.epcis.cbv import is_uri
from traceability.epcis.context import EMPTY, Context, check_standard, undeclared
from traceability.epcis.problem import Problems, shown, token
from traceability.event.timestamp import is_timestamp

DOCUMENT, QUERY_DOCUMENT, BARE, BARE_LIST = "EPCISDocument", "EPCISQueryDocument", "event", "events"

_VERSION = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_FIELDS: dict[str, tuple[Callable[[str], object], str]] = {
    "schemaVersion": (_VERSION.fullmatch, "a version such as 2.0, as text"),
    "creationDate": (is_timestamp, "a date and time with zone"),
    "id": (lambda value: is_uri(value) or value.startswith("_:"), "a URI"),
    **dict.fromkeys(("instanceIdentifier", "sender", "receiver"), (lambda _: True, "a text")),
}


class Head(msgspec.Struct, kw_only=True):
    """What stands around the events; complete when these have been read. ``fields`` is JSON as it came.

    ``fields["epcisHeader"]`` holds the master data, if the document brings any.
    """

    kind: str = DOCUMENT
    context: Context = EMPTY
    fields: dict[str, Any] = {}
    query_name: str | None = None
    subscription_id: str | None = None


def check_head(head: Head, problems: Problems, *, has_events: bool) -> None:
    """Note what is wrong with the head of a document."""
    kind = head.fields.get("type")
    if kind not in (DOCUMENT, QUERY_DOCUMENT):
        problems.add("/type", f"{shown(kind)} is no type of document", f"write {DOCUMENT} or {QUERY_DOCUMENT}")
    elif kind != head.kind and has_events:
        problems.add("/epcisBody", f"the body is not that of an {kind}")
    head.kind = kind if isinstance(kind, str) else head.kind
    if "@context" not in head.fields:
        problems.add("/@context", "@context is missing")
    else:
        check_standard(head.context, "/@context", problems)
    if not has_events:
        problems.add("/epcisBody", "eventList is missing")
    if head.kind == QUERY_DOCUMENT and head.query_name is None:
        problems.add("/epcisBody/queryResults", "queryName is missing")
    for name in ("schemaVersion", "creationDate") if head.kind == DOCUMENT else ():
        if name not in head.fields:
            problems.add("", f"{name} is missing")
    for name, value in head.fields.items():
        _check_field(name, value, head.context, problems)


def _check_field(name: str, value: Any, context: Context, problems: Problems) -> None:
    at = f"/{token(name)}"
    if name == "epcisHeader":
        _check_header(value, at, context, problems)
    elif name in _FIELDS:
        right, what = _FIELDS[name]
        if not isinstance(value, str) or not right(value):
            problems.add(at, f"must be {what}, not {shown(value)}")
    elif name not in ("@context", "type") and context.expanded(name) is None:
        problems.add(at, *undeclared(context, name))


def _check_header(header: Any, at: str, context: Context, problems: Problems) -> None:
    """The header with its vocabularies of master data (EPCIS 2.0, 9.5.3), which is kept as it came."""
    if not isinstance(header, dict):
        problems.add(at, "must be an object")
        return
    for name, value in header.items():
        place = f"{at}/{token(name)}"
        if name == "epcisMasterData":
            _check_master_data(value, place, problems)
        elif context.expanded(name) is None:
            problems.add(place, *undeclared(context, name))


def _check_master_data(data: Any, at: str, problems: Problems) -> None:
    vocabularies = data.get("vocabularyList", []) if isinstance(data, dict) else None
    if not isinstance(vocabularies, list):
        problems.add(at, "must be an object with a vocabularyList")
        return
    for place, vocabulary in enumerate(vocabularies):
        pointer = f"{at}/vocabularyList/{place}"
        if not isinstance(vocabulary, dict) or not _uri_at(vocabulary, "type"):
            problems.add(pointer, "a vocabulary needs a type that is a URI")
            continue
        elements = vocabulary.get("vocabularyElementList", [])
        for number, element in enumerate(elements if isinstance(elements, list) else [None]):
            _check_element(element, f"{pointer}/vocabularyElementList/{number}", problems)


def _check_element(element: Any, at: str, problems: Problems) -> None:
    if not isinstance(element, dict) or not _uri_at(element, "id"):
        problems.add(at, "an element of a vocabulary needs an id that is a URI")
        return
    attributes, children = element.get("attributes", []), element.get("children", [])
    if not isinstance(attributes, list) or not all(
        isinstance(each, dict) and _uri_at(each, "id") for each in attributes
    ):
        problems.add(f"{at}/attributes", "must be a list of objects, each with an id that is a URI")
    if not isinstance(children, list) or not all(isinstance(each, str) and is_uri(each) for each in children):
        problems.add(f"{at}/children", "must be a list of URIs")


def _uri_at(holder: dict[str, Any], name: str) -> bool:
    value = holder.get(name)
    return isinstance(value, str) and is_uri(value)
