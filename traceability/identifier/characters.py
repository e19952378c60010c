"""Character sets of GS1 (General Specifications, figures 7.11-1 to 7.11-3) and the percent-encoding of URIs."""

import re
from urllib.parse import quote, unquote

from traceability.errors import IdentifierRefused

GROUP_SEPARATOR = "\x1d"
DIGITS = frozenset("0123456789")
CSET82_IN_ORDER = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
CSET82 = frozenset(CSET82_IN_ORDER)
CSET39 = frozenset("#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
CSET64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
UNRESERVED = "-._~"

_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


def escaped(value: str) -> str:
    """``value`` as one segment of a URI: everything but the unreserved characters of RFC 3986 is encoded."""
    return quote(value, safe=UNRESERVED)


def unescaped(segment: str) -> str:
    """What a segment of a URI stands for; ``IdentifierRefused`` for a lone ``%`` and for bytes that are not UTF-8."""
    if "%" not in segment:
        return segment
    if _LONE_PERCENT.search(segment):
        raise IdentifierRefused(f"{segment[:60]!r} holds a '%' that encodes nothing")
    try:
        return unquote(segment, errors="strict")
    except UnicodeDecodeError:
        raise IdentifierRefused(f"{segment[:60]!r} is not percent-encoded UTF-8") from None


def shown(text: str, longest: int = 60) -> str:
    """``text`` for a message: quoted, control characters escaped, cut where it goes on and on."""
    return repr(text if len(text) <= longest else text[:longest] + "…")
