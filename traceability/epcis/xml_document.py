"""EPCIS 1.2 and 2.0 documents in XML, read into the same events as JSON-LD.

An XML event is turned into its twin in JSON and read like that, so both are held to the same rules and get the same
hash. The wrappers by which 1.2 grew (``extension``, ``baseExtension``) mean nothing and are looked through; the
business document header is passed over; types of XML Schema in extensions are dropped.
"""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from io import BytesIO
from typing import Any, BinaryIO

from traceability.epcis.context import STANDARD, Context
from traceability.epcis.document import ReadEvent
from traceability.epcis.head import DOCUMENT, QUERY_DOCUMENT, Head
from traceability.epcis.jsonld import read_event
from traceability.epcis.problem import Problem, Problems
from traceability.epcis.source import Limits
from traceability.epcis.values import Reading
from traceability.epcis.xml_source import Node, XmlSource
from traceability.errors import LimitExceeded
from traceability.event.timestamp import is_timestamp

_ROOTS = {
    "EPCISDocument": DOCUMENT,
    "EPCISQueryDocument": QUERY_DOCUMENT,
    "EPCISMasterDataDocument": "EPCISMasterDataDocument",
}
_SPACES = re.compile(r"\{urn:epcglobal:epcis(?:-query|-masterdata)?:xsd:[12]\}(?P<name>\w+)")
_WRAPPERS = ("extension", "baseExtension")
_SCHEMA = "{http://www.w3.org/2001/XMLSchema-instance}"
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,60}(?:\.[0-9]{0,60})?|\.[0-9]{1,60})(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
_EPC_LISTS = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
_QUANTITY_LISTS = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
_TYPED_LISTS = {"bizTransactionList": "bizTransaction", "sourceList": "source", "destinationList": "destination"}
_HOLDERS = ("readPoint", "bizLocation", "ilmd", "errorDeclaration")
_NUMBERS = frozenset(("value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"))


class XmlDocumentReader:
    """As ``DocumentReader``, for XML: iterate ``events()``, then ask ``head`` and ``problems``."""

    def __init__(self, file: BinaryIO | bytes, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        source = BytesIO(file) if isinstance(file, bytes) else file
        self._source = XmlSource(source, self._limits, _wanted)
        self._found = Problems()
        self._names: dict[str, str] = {}
        self.head = Head(context=STANDARD)
        self.count = 0

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the document apart from its events."""
        return tuple(self._found.found)

    @property
    def context(self) -> Context:
        """The namespaces met so far, by the prefixes they had in the document or by made-up ones."""
        return Context(prefixes=STANDARD.prefixes | {prefix: uri for uri, prefix in self._names.items()}, standard=True)

    def texts(self) -> Iterator[ReadEvent]:
        """The same as ``events``: a document in XML has no texts that stand apart."""
        return self.events()

    def events(self) -> Iterator[ReadEvent]:
        """Every event, in order. ``Malformed`` or ``LimitExceeded`` where the text itself breaks off."""
        for _path, node in self._source.elements():
            if node.tag == "VocabularyList":
                self._master_data(node)
            elif node.tag in ("queryName", "subscriptionID"):
                name = "query_name" if node.tag == "queryName" else "subscription_id"
                setattr(self.head, name, node.text)
            else:
                for event in _unwrapped([node]):
                    yield self._event(event)
        self._check_root()

    def _event(self, node: Node) -> ReadEvent:
        at = f"/epcisBody/eventList/{self.count}"
        self.count += 1
        if self.count > self._limits.events:
            raise LimitExceeded(f"a document may hold at most {self._limits.events} events", where=at)
        problems = Problems()
        raw = self._twin(node)
        context = self.context
        event = read_event(raw, at, Reading(context, problems))
        return ReadEvent(at, event, tuple(problems.found), context)

    def _twin(self, node: Node) -> dict[str, Any]:
        """The JSON object that says the same as an event element."""
        raw: dict[str, Any] = {"type": self._name(node.tag)}
        for child in _unwrapped(node.children):
            if child.tag == "certificationInfo":
                known = raw.get(child.tag)
                raw[child.tag] = (
                    child.text if known is None else [*(known if isinstance(known, list) else [known]), child.text]
                )
            elif child.tag.startswith("{"):
                _put(raw, self._name(child.tag), self._value(child))
            else:
                raw[child.tag] = self._field(child)
        return raw

    def _field(self, node: Node) -> Any:
        tag, children = node.tag, node.children
        found: Any = node.text
        if tag in _EPC_LISTS:
            found = [child.text for child in children]
        elif tag in _QUANTITY_LISTS:
            found = [_quantity(child) for child in children]
        elif tag in _TYPED_LISTS:
            found = [{**child.attributes, _TYPED_LISTS[tag]: child.text} for child in children]
        elif tag == "sensorElementList":
            found = [self._sensor(child) for child in children]
        elif tag == "persistentDisposition":
            found = {}
            for child in children:
                found.setdefault(child.tag, []).append(child.text)
        elif tag in _HOLDERS:
            found = self._holder(node)
        return found

    def _holder(self, node: Node) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for child in _unwrapped(node.children):
            if child.tag == "correctiveEventIDs":
                found[child.tag] = [each.text for each in child.children]
            else:
                _put(found, self._name(child.tag), self._value(child))
        return found

    def _sensor(self, node: Node) -> dict[str, Any]:
        found: dict[str, Any] = {"sensorReport": []}
        for child in _unwrapped(node.children):
            if child.tag == "sensorReport":
                found["sensorReport"].append(self._attributes(child))
            elif child.tag == "sensorMetadata":
                found[child.tag] = self._attributes(child)
            else:
                _put(found, self._name(child.tag), self._value(child))
        return found

    def _attributes(self, node: Node) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in node.attributes.items():
            if name in _NUMBERS:
                found[name] = _number(value)
            elif name == "booleanValue":
                found[name] = {"true": True, "1": True, "false": False, "0": False}.get(value, value)
            elif not name.startswith(_SCHEMA):
                found[self._name(name)] = value
        for child in _unwrapped(node.children):
            _put(found, self._name(child.tag), self._value(child))
        return found

    def _value(self, node: Node) -> Any:
        found: dict[str, Any] = {}
        for name, value in node.attributes.items():
            if not name.startswith(_SCHEMA):
                found[self._name(name)] = value
        for child in node.children:
            _put(found, self._name(child.tag), self._value(child))
        if not found:
            return node.text
        return {**found, "#text": node.text} if node.text else found

    def _name(self, tag: str) -> str:
        """A name as it stands in JSON: with a prefix for its namespace."""
        if not tag.startswith("{"):
            return tag
        namespace, _, local = tag[1:].partition("}")
        for prefix, known in STANDARD.prefixes.items():
            if known == namespace:
                return f"{prefix}:{local}"
        if namespace not in self._names:
            taken = {*self._names.values(), *STANDARD.prefixes}
            wished = [
                prefix for prefix, uri in self._source.prefixes.items() if uri == namespace and prefix not in taken
            ]
            self._names[namespace] = wished[0] if wished else f"ns{len(self._names) + 1}"
        return f"{self._names[namespace]}:{local}"

    def _master_data(self, node: Node) -> None:
        vocabularies = [_vocabulary(child) for child in node.children if child.tag == "Vocabulary"]
        header = self.head.fields.setdefault("epcisHeader", {})
        header.setdefault("epcisMasterData", {}).setdefault("vocabularyList", []).extend(vocabularies)

    def _check_root(self) -> None:
        root = self._source.root
        found = _SPACES.fullmatch(root.tag) if root is not None else None
        kind = _ROOTS.get(found["name"]) if found else None
        if root is None or kind is None:
            self._found.add("", "the root is no EPCISDocument of EPCIS 1 or 2")
            return
        self.head.kind = kind
        created, version = root.attributes.get("creationDate"), root.attributes.get("schemaVersion")
        self.head.fields |= {"type": kind, "schemaVersion": version, "creationDate": created}
        if created is None or not is_timestamp(created):
            self._found.add("/creationDate", "creationDate must be a date and time with zone")
        if version is None or not re.fullmatch(r"[12](?:\.[0-9]+)*", version):
            self._found.add("/schemaVersion", "schemaVersion must be 1.x or 2.x")


def _wanted(path: list[str]) -> bool:
    return path[-1] in ("VocabularyList", "queryName", "subscriptionID") or (len(path) > 1 and path[-2] == "EventList")


def _unwrapped(nodes: list[Node]) -> Iterator[Node]:
    for node in nodes:
        if node.tag in _WRAPPERS:
            yield from _unwrapped(node.children)
        else:
            yield node


def _put(found: dict[str, Any], name: str, value: Any) -> None:
    """Add a value; one that comes again makes a list."""
    if name not in found:
        found[name] = value
    elif isinstance(found[name], list):
        found[name].append(value)
    else:
        found[name] = [found[name], value]


def _number(text: str) -> Any:
    return Decimal(text) if _NUMBER.fullmatch(text.strip()) else text


def _quantity(node: Node) -> dict[str, Any]:
    read: dict[str, Callable[[str], Any]] = {"quantity": _number}
    return {child.tag: read.get(child.tag, str)(child.text) for child in node.children}


def _vocabulary(node: Node) -> dict[str, Any]:
    elements = [each for holder in node.children for each in holder.children if each.tag == "VocabularyElement"]
    return {"type": node.attributes.get("type", ""), "vocabularyElementList": [_element(each) for each in elements]}


def _element(node: Node) -> dict[str, Any]:
    attributes = [
        {"id": child.attributes.get("id", ""), "attribute": _plain(child)}
        for child in _unwrapped(node.children)
        if child.tag == "attribute"
    ]
    children = [each.text for child in node.children if child.tag == "children" for each in child.children]
    found: dict[str, Any] = {"id": node.attributes.get("id", ""), "attributes": attributes}
    return {**found, "children": children} if children else found


def _plain(node: Node) -> Any:
    if not node.children:
        return node.text
    found: dict[str, Any] = {}
    for child in node.children:
        _put(found, child.tag.partition("}")[2] or child.tag, _plain(child))
    return found
