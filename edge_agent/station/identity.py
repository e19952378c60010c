"""From what was read to who the unit and its components are; a doubt is never settled by a guess."""

from collections.abc import Sequence

import msgspec

from edge_agent.interlock.named import unit_of
from edge_agent.station.handshakes.actions import ErrorCode
from edge_agent.station.marks import mark_quality
from traceability.encoding import to_base64
from traceability.errors import IdentifierRefused
from traceability.identifier.item import Item, ItemKind, item_uri, part_of
from traceability.identifier.symbol import SymbolRules, identify
from traceability.record.production import Component, MarkQuality, Picture, ReadSymbol
from vision.symbol import Reading, Reason

_NO_RULES = SymbolRules()


class Codes(msgspec.Struct, frozen=True, kw_only=True):
    """What a code reader read at a position: exact bytes, and why they name no one item, if they do not."""

    reader: str
    symbols: tuple[ReadSymbol, ...] = ()
    reason: str = ""


class Shot(msgspec.Struct, frozen=True, kw_only=True):
    """One position of a cycle: the picture or the reader's codes, and the identity read in it, if exactly one was.

    ``item`` None has a ``reason``; ``code`` says whether nothing was read or what was read is refused.
    """

    position: str
    picture: Picture | None = None
    codes: Codes | None = None
    item: Item | None = None
    reason: str = ""
    code: ErrorCode = ErrorCode.RECORDED


class Identities(msgspec.Struct, frozen=True, kw_only=True):
    """Who took part in a cycle. ``unit`` is None when it is not known for certain.

    ``components`` is empty unless every position was read. ``code`` is RECORDED when there is no doubt; otherwise
    ``reason`` says what is wrong, and the result cannot be decided.
    """

    unit: str | None
    components: tuple[Component, ...] = ()
    pictures: tuple[Picture, ...] = ()
    codes: tuple[Codes, ...] = ()
    code: ErrorCode = ErrorCode.RECORDED
    reason: str = ""


_Symbol = tuple[ReadSymbol, Item | None, str]


def shot_of(position: str, sha256: str, size: int, reading: Reading, rules: SymbolRules = _NO_RULES) -> Shot:
    """What a picture says about its position: one identity, or why not."""
    symbols = [
        _read_symbol(symbol.raw, symbol.symbology, rules, mark_quality(symbol.quality)) for symbol in reading.symbols
    ]
    item, reason, code = _judged(symbols, "picture", _why_none(reading))
    rivals = [rival for place in reading.undecided for rival in place.rivals if len(rival.raw) <= _LONGEST_RIVAL]
    picture = Picture(
        sha256=sha256,
        size=size,
        position=position,
        symbols=tuple(symbol for symbol, _, _ in symbols),
        reason=reason[:_LONGEST_REASON] or None,
        rivals=tuple(_read_symbol(rival.raw, rival.symbology, rules)[0] for rival in rivals[:_MOST_RIVALS]),
    )
    return Shot(position=position, picture=picture, item=item, reason=reason, code=code)


def seen_shot(position: str, sha256: str, size: int) -> Shot:
    """A picture that nobody looks for a code in."""
    return Shot(position=position, picture=Picture(sha256=sha256, size=size, position=position))


def with_seen(identities: Identities, shots: Sequence[Shot]) -> Identities:
    """The identities, with pictures of positions that name nobody."""
    seen = tuple(shot.picture for shot in shots if shot.picture is not None)
    return msgspec.structs.replace(identities, pictures=identities.pictures + seen)


def code_shot(
    position: str,
    reader: str,
    codes: Sequence[tuple[bytes, str]],
    reason: str = "nothing was read",
    rules: SymbolRules = _NO_RULES,
) -> Shot:
    """What a code reader says about a position; ``codes`` are bytes and symbology, ``reason`` why there are none."""
    symbols = [_read_symbol(raw, symbology, rules) for raw, symbology in codes]
    item, reason, code = _judged(symbols, "reading", reason)
    kept = tuple(symbol for symbol, _, _ in symbols if len(symbol.bytes_base64) <= _LONGEST_CODE)
    dropped = f"{len(symbols) - len(kept)} codes too long to be recorded; " if len(kept) < len(symbols) else ""
    read = Codes(reader=reader, symbols=kept, reason=f"{dropped}{reason}"[:_LONGEST_REASON])
    return Shot(position=position, codes=read, item=item, reason=reason, code=code)


def from_controller(part: str, serial: str) -> Identities:
    """The unit of ``part`` whose serial the controller gives."""
    if not serial:
        return Identities(unit=None, code=ErrorCode.NOT_READ, reason="the controller names no serial")
    try:
        return Identities(unit=unit_of(part, serial))
    except IdentifierRefused as error:
        return Identities(unit=None, code=ErrorCode.IDENTITY_REFUSED, reason=f"serial {serial!r}: {error.what}")


def from_shots(part: str, serial: str, shots: Sequence[Shot]) -> Identities:
    """The unit of ``part`` (first position) and its components, as the camera saw them.

    A serial that the controller gives as well must be the unit's.
    """
    checked = [_checked_unit(part, serial, shots[0]), *(_checked_component(shot) for shot in shots[1:])]
    doubts = [shot for shot in checked if shot.item is None]
    pictures = tuple(shot.picture for shot in shots if shot.picture is not None)
    codes = tuple(shot.codes for shot in shots if shot.codes is not None)
    items = [item_uri(shot.item) for shot in checked if shot.item is not None]
    unit = items[0] if checked[0].item is not None else None
    reason = "; ".join(f"{shot.position}: {shot.reason}" for shot in doubts)
    code = max((shot.code for shot in doubts), default=ErrorCode.RECORDED)
    if not doubts and len(set(items)) != len(items):
        reason, code = "one identity stands at two positions", ErrorCode.IDENTITY_REFUSED
    if code is not ErrorCode.RECORDED:
        return Identities(unit=unit, pictures=pictures, codes=codes, code=code, reason=reason)
    components = [
        Component(item=item, position=shot.position) for item, shot in zip(items[1:], checked[1:], strict=True)
    ]
    return Identities(unit=unit, components=tuple(components), pictures=pictures, codes=codes)


_LONGEST_REASON = 500
_JOINED = (ItemKind.UNIT, ItemKind.LOT)
_LONGEST_CODE = 8000
_LONGEST_SYMBOLOGY = 20
_LONGEST_RIVAL = 1000
_MOST_RIVALS = 16
_WORDS = {
    Reason.NONE_FOUND: "none found",
    Reason.UNREADABLE: "located, but unreadable",
    Reason.UNCONFIRMED: "read once only, and its own check is too weak for that",
    Reason.DISAGREE: "readings disagree",
    Reason.UNEXPECTED: "what was read is not what is expected here",
}


def _judged(symbols: Sequence[_Symbol], where: str, none: str) -> tuple[Item | None, str, ErrorCode]:
    """The one identity in the symbols of a place, or why there is none."""
    read = {symbol.item: item for symbol, item, _ in symbols if item is not None}
    # What is printed beside the unit's code (its GTIN, the pallet's number) does not make it doubtful.
    found = {uri: item for uri, item in read.items() if item.kind in _JOINED} or read
    refusals = [refusal for _, _, refusal in symbols if refusal]
    if len(found) == 1:
        return next(iter(found.values())), "", ErrorCode.RECORDED
    if found:
        reason = f"several identities in one {where}: {', '.join(map(str, found))}"
        return None, reason, ErrorCode.IDENTITY_REFUSED
    if refusals:
        return None, "; ".join(refusals), ErrorCode.IDENTITY_REFUSED
    return None, f"no code read ({none})", ErrorCode.NOT_READ


def _why_none(reading: Reading) -> str:
    """The reason of a reading without symbols, in words for a person at the line."""
    if reading.reason is None:
        return "none found"
    words = _WORDS.get(reading.reason, str(reading.reason))
    return f"{words}: {reading.detail}" if reading.detail else words


def _read_symbol(raw: bytes, symbology: str, rules: SymbolRules, quality: MarkQuality | None = None) -> _Symbol:
    item, refusal = None, ""
    try:
        item = identify(raw, symbology, rules)
    except IdentifierRefused as error:
        refusal = str(error)
    read = ReadSymbol(
        symbology=symbology[:_LONGEST_SYMBOLOGY],
        bytes_base64=to_base64(raw),
        item=None if item is None else item_uri(item),
        quality=quality,
    )
    return read, item, refusal


def _checked_unit(part: str, serial: str, shot: Shot) -> Shot:
    if shot.item is None:
        return shot
    if shot.item.kind is not ItemKind.UNIT:
        return _refused(shot, f"{item_uri(shot.item)} names no single unit")
    try:
        made = part_of(item_uri(shot.item))
    except IdentifierRefused as error:
        return _refused(shot, error.what)
    if made != part:
        return _refused(shot, f"the unit is of part {made}, the control plan is for {part}")
    if serial and serial != shot.item.serial:
        return _refused(shot, f"the label says serial {shot.item.serial!r}, the controller {serial!r}")
    return shot


def _checked_component(shot: Shot) -> Shot:
    if shot.item is not None and shot.item.kind not in _JOINED:
        named = shot.item.kind.replace("_", " ")
        return _refused(shot, f"{item_uri(shot.item)} names a {named}, but neither a unit nor a lot")
    return shot


def _refused(shot: Shot, reason: str) -> Shot:
    return msgspec.structs.replace(shot, item=None, reason=reason, code=ErrorCode.IDENTITY_REFUSED)
