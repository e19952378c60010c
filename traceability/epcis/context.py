"""JSON-LD contexts of EPCIS documents: which prefix stands for which namespace.

The standard context is known here and no context is ever fetched. Of inline contexts the prefixes are read; a remote
context of somebody else is noted as unread, and becomes a problem only where a name would have needed it.
"""

import re
from typing import Any

import msgspec

from traceability.epcis.cbv import CBV, VOC, is_uri
from traceability.epcis.problem import Problems, shown, token

STANDARD_CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
STANDARD_PREFIXES = {
    "epcis": "https://ref.gs1.org/epcis/",
    "cbv": CBV,
    "cbvmda": "urn:epcglobal:cbv:mda",
    "gs1": VOC,
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcterms": "http://purl.org/dc/terms/",
}
MOST_NAMES = 1_000

_STANDARD = re.compile(
    r"https?://(?:ref\.gs1\.org|ns\.gs1\.org|id\.gs1\.org|gs1\.github\.io|(?:www\.)?gs1\.org)/(?:[^?#]*/)?"
    r"epcis-context(?:-[a-z]{1,20})?\.jsonld"
)
_SAME = {
    "urn:epcglobal:cbv:mda:": "urn:epcglobal:cbv:mda",
    "https://gs1.org/voc/": VOC,
    "https://www.gs1.org/voc/": VOC,
    "http://gs1.org/voc/": VOC,
    "https://ns.gs1.org/epcis/": "https://ref.gs1.org/epcis/",
    "https://ns.gs1.org/cbv/": CBV,
}
_SCHEMES = ("http", "https", "urn", "ni", "tag", "did", "info")
_NAME = re.compile(r"[^\s{}\"]{1,500}")


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """Namespaces by prefix. ``standard``: the context of EPCIS is part of it. ``names`` remembers what was expanded."""

    prefixes: dict[str, str] = {}
    standard: bool = False
    unread: tuple[str, ...] = ()
    names: dict[str, str | None] = {}

    def expanded(self, name: str) -> str | None:
        """``{namespace}name`` of a prefixed name or a full URI; None when its prefix is not declared."""
        if name in self.names:
            return self.names[name]
        full = self._expanded(name)
        if len(self.names) < MOST_NAMES:
            self.names[name] = full
        return full

    def _expanded(self, name: str) -> str | None:
        prefix, colon, local = name.partition(":")
        if not colon or not local or not _NAME.fullmatch(name):
            return None
        if prefix in self.prefixes and not local.startswith("//"):
            return f"{{{self.prefixes[prefix]}}}{local}"
        if prefix.lower() not in _SCHEMES:
            return None
        cut = max(name.rfind("/"), name.rfind("#"), name.rfind(":")) + 1
        return f"{{{name[:cut]}}}{name[cut:]}" if cut < len(name) and is_uri(name) else None


EMPTY = Context()
STANDARD = Context(prefixes=dict(STANDARD_PREFIXES), standard=True)


def with_context(before: Context, raw: object, at: str, problems: Problems) -> Context:
    """``before`` and on top of it what the ``@context`` at ``at`` says."""
    entries = raw if isinstance(raw, list) else [raw]
    prefixes, unread, standard = dict(before.prefixes), list(before.unread), before.standard
    for number, entry in enumerate(entries):
        place = f"{at}/{number}" if isinstance(raw, list) else at
        if isinstance(entry, str):
            if _STANDARD.fullmatch(entry):
                standard = True
                prefixes = STANDARD_PREFIXES | prefixes
            elif is_uri(entry):
                unread.append(entry)
            else:
                problems.add(place, f"the context {shown(entry)} is no web address")
        elif isinstance(entry, dict):
            _read_prefixes(entry, prefixes, place, problems)
        else:
            problems.add(place, "a context is a web address or an object with prefixes")
    return Context(prefixes=prefixes, standard=standard, unread=tuple(unread))


def check_standard(context: Context, at: str, problems: Problems) -> None:
    """A document without the standard context says nothing about its words."""
    if not context.standard:
        problems.add(at, "the context of EPCIS 2.0 is missing", f"name {STANDARD_CONTEXT} in @context")


def undeclared(context: Context, name: str) -> tuple[str, str]:
    """What is wrong with a name that no prefix explains, and what to do."""
    if ":" not in name:
        return f"the field {shown(name)} is not one of EPCIS here", "names of extensions need a prefix and a namespace"
    prefix = name.partition(":")[0]
    if context.unread:
        fetched = f"it may stand in {shown(context.unread[0], 200)}, which is not fetched"
        return f"the prefix {shown(prefix)} is not declared in the document", f"{fetched}: declare it inline"
    return f"the prefix {shown(prefix)} is not declared in @context", "declare it with its namespace"


def _read_prefixes(entry: dict[str, Any], prefixes: dict[str, str], at: str, problems: Problems) -> None:
    if len(prefixes) + len(entry) > MOST_NAMES:
        problems.add(at, f"a context may declare at most {MOST_NAMES} names")
        return
    for name, value in entry.items():
        place = f"{at}/{token(name)}"
        iri = value.get("@id") if isinstance(value, dict) else value
        if name.startswith("@"):
            if name in ("@import", "@vocab", "@base") and name != "@base":
                problems.add(place, f"{name} is not supported in a context of an EPCIS document")
            continue
        if not isinstance(iri, str) or not name or not _NAME.fullmatch(name):
            problems.add(place, f"the name {shown(name)} needs a namespace")
            continue
        head, colon, rest = iri.partition(":")
        if colon and head in prefixes and not rest.startswith("//") and head not in _SCHEMES:
            iri = prefixes[head] + rest
        iri = _SAME.get(iri, iri)
        if not is_uri(iri) or not _NAME.fullmatch(iri):
            problems.add(place, f"{shown(iri)} is no namespace", "a namespace is a URI")
        elif STANDARD_PREFIXES.get(name, iri) != iri:
            problems.add(place, f"the prefix {shown(name)} belongs to EPCIS and cannot be declared anew")
        else:
            prefixes[name] = iri
