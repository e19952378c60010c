"""Whether an identifier matches one of a query: the same thing in any spelling, or an EPC of a pattern.

Patterns are EPC pure identity patterns (EPC Tag Data Standard, section 8), ``urn:epc:idpat:sgtin:4012345.012345.*``.
They are compared with canonical Digital Links, so that events are found whatever spelling they came in.
"""

import re
from functools import lru_cache

from traceability.epcis.canonical_link import canonical_link
from traceability.identifier.item import CANONICAL_ROOT

_MARK = "urn:epc:idpat:"
_ANY = "*"
_FORMS = {  # by scheme: what stands before the company prefix, what behind its reference, and what a serial follows
    "sgtin": ("01/[0-9]", 13, "/21/.+"),
    "upui": ("01/[0-9]", 13, "/235/.+"),
    "itip": ("8006/[0-9]", 17, "/21/.+"),
    "sscc": ("00/[0-9]", 17, ""),
    "sgln": ("414/", 13, "(?:/254/.+)?"),
    "pgln": ("417/", 13, ""),
    "grai": ("8003/0", 13, ".+"),
    "gdti": ("253/", 13, ".+"),
    "sgcn": ("255/", 13, ".+"),
    "gsrn": ("8018/", 18, ""),
    "gsrnp": ("8017/", 18, ""),
    "gsin": ("402/", 17, ""),
    "giai": ("8004/", 0, ""),
    "ginc": ("401/", 0, ""),
    "cpi": ("8010/", 0, "/8011/[0-9]+"),
}


def pattern_matches(wanted: str, found: str) -> bool:
    """Whether the canonical identifier ``found`` is ``wanted``, or an instance or the class that a pattern names."""
    if wanted == found:
        return True
    if not wanted.startswith(_MARK):
        return False
    form = _compiled(wanted)
    return form is not None and form.fullmatch(found) is not None


@lru_cache(maxsize=4_096)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    name, _, body = pattern.removeprefix(_MARK).partition(":")
    fields = body.split(".")
    if name not in _FORMS or fields[-1] != _ANY:
        return None
    lead, digits, tail = _FORMS[name]
    exact = canonical_link(pattern)
    if exact is not None:
        return re.compile(f"{re.escape(exact)}(?:{tail or '.*'})?")
    prefix = "" if fields[0] == _ANY else re.escape(fields[0])
    rest = f"[0-9]{{{digits - len(fields[0] if prefix else '')}}}" if digits else "[^/]+"
    serial = f"(?:{tail})?" if tail else ""
    return re.compile(f"{re.escape(CANONICAL_ROOT)}/{lead}{prefix}{rest}{serial}")
