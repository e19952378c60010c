"""Aspects as JSON, in and out; ``Malformed`` says which field is wrong."""

from typing import TypeVar

import msgspec

from traceability.catenax.aspects import Aspect
from traceability.errors import Malformed

MOST_BYTES = 16 << 20
AnyAspect = TypeVar("AnyAspect", bound=Aspect)

_encode = msgspec.json.Encoder(decimal_format="number").encode


def encode_aspect(aspect: Aspect) -> bytes:
    """The aspect as JSON."""
    return _encode(aspect)


def decode_aspect(text: bytes, kind: type[AnyAspect]) -> AnyAspect:
    """An aspect of ``kind`` from JSON; fields of later versions are passed over."""
    if len(text) > MOST_BYTES:
        raise Malformed(f"the {kind.__name__} has more than {MOST_BYTES} bytes")
    try:
        aspect = msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"not a {kind.__name__}: {error}") from None
    _refuse_repetition(aspect)
    return aspect


def _refuse_repetition(aspect: Aspect) -> None:
    for name in ("local_identifiers", "child_items", "parent_items"):
        entries = getattr(aspect, name, ())
        if len({_encode(entry) for entry in entries}) < len(entries):
            raise Malformed(f"{name} of a {type(aspect).__name__} names the same entry twice")
