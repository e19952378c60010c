"""Where a value lies in an event: the ``field`` of a point, read and followed. Pure.

``Result.ResultMetaData.ResultId`` names the event's field and goes down its structure. ``[0]`` takes an element of a
list, ``[Name=Torque]`` the first one whose member has that value, and ``[*]`` each in turn: one event then tells as
many results. ``a | b`` takes the first that is there, and a number such as ``| 0`` stands for itself. ``a + b=3``
makes a word of bits, for points with flags: bit 0 is whether ``a`` is true, bit 1 whether ``b`` is 3. At the end
``:hex`` spells bytes in hexadecimal, and ``:epc`` a tag's EPC as the GS1 Digital Link of the unit that it names, or in
hexadecimal when it names none.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from traceability.errors import IdentifierRefused
from traceability.identifier.epc_tag import epc_item
from traceability.identifier.item import item_uri

_STEP = re.compile(r"(?P<name>[A-Za-z_]\w*)(?P<picks>(\[[^\[\]]+\])*)", re.ASCII)
_PICK = re.compile(r"\[([^\[\]]+)\]")


class Pick(msgspec.Struct, frozen=True):
    """Which element of a list: a number, any in turn (``each``), or the first whose ``member`` is ``value``."""

    number: int | None = None
    member: str | None = None
    value: str = ""

    @property
    def each(self) -> bool:
        """Whether every element is meant, in turn."""
        return self.number is None and self.member is None


class Step(msgspec.Struct, frozen=True):
    """A member of a structure, and then elements of the list that it is."""

    name: str
    picks: tuple[Pick, ...] = ()


class Path(msgspec.Struct, frozen=True):
    """One place; ``equals`` is what the value is compared with, ``spelt`` how bytes are: as they are, hex or epc.

    Without steps it is no place but the ``number``.
    """

    steps: tuple[Step, ...]
    equals: str | None = None
    spelt: str = ""
    number: int = 0


class Field(msgspec.Struct, frozen=True):
    """A whole field: alternatives, or the bits of a word."""

    paths: tuple[Path, ...]
    bits: bool = False


def _hex(content: bytes) -> str:
    return content.hex().upper()


def _identity(epc: bytes) -> str:
    try:
        return item_uri(epc_item(epc))
    except IdentifierRefused:
        return _hex(epc)


_SPELT: dict[str, Callable[[bytes], str]] = {"hex": _hex, "epc": _identity}


def parse_field(text: str) -> Field:
    """The field in a text; ValueError says what is wrong with it."""
    bits = "+" in text or ("=" in re.sub(_PICK, "", text))
    return Field(tuple(_path(part.strip()) for part in re.split(r"\+" if bits else r"\|", text)), bits)


def pick(tree: Mapping[str, Any], field: Field, turn: int = 0) -> Any:
    """The value of a field in an event; None when it is not there. ``turn`` is the element that ``[*]`` means."""
    if field.bits:
        return sum(1 << bit for bit, path in enumerate(field.paths) if _holds(_follow(tree, path.steps, turn), path))
    for path in field.paths:
        found = _follow(tree, path.steps, turn) if path.steps else path.number
        if found is not None:
            return _SPELT[path.spelt](found) if path.spelt and isinstance(found, bytes) else found
    return None


def turns(tree: Mapping[str, Any], field: Field) -> int | None:
    """How many elements ``[*]`` has in this event; None when the field has none."""
    for path in field.paths:
        for number, step in enumerate(path.steps):
            if step.picks and step.picks[0].each:
                found = _follow(tree, (*path.steps[:number], Step(step.name)), 0)
                return len(found) if isinstance(found, list) else 0
    return None


def _path(text: str) -> Path:
    if text.isdecimal():
        return Path((), number=int(text))
    text, colon, suffix = text.partition(":")
    if colon and suffix.strip() not in _SPELT:
        message = f"{suffix.strip()!r} is no way to spell bytes; only ':hex' and ':epc' are"
        raise ValueError(message)
    place, equals = text.strip(), None
    if "=" in re.sub(_PICK, "", text):
        place, _, equals = (part.strip() for part in text.rpartition("="))
    steps = [_STEP.fullmatch(part) for part in _parts(place)]
    if not steps or None in steps:
        message = f"{text!r} is no path such as Result.ResultMetaData.ResultId or ScanResult[0].ScanData"
        raise ValueError(message)
    found = tuple(Step(step["name"], tuple(map(_pick, _PICK.findall(step["picks"])))) for step in steps if step)
    return Path(found, equals, suffix.strip())


def _parts(place: str) -> list[str]:
    """Split at the dots that are not inside brackets."""
    return re.split(r"\.(?![^\[]*\])", place)


def _pick(text: str) -> Pick:
    member, sign, value = text.partition("=")
    if sign:
        return Pick(member=member.strip(), value=value.strip())
    if text.strip() == "*":
        return Pick()
    try:
        return Pick(number=int(text))
    except ValueError:
        message = f"[{text}] is no element: expected [0], [*] or [Name=Torque]"
        raise ValueError(message) from None


def _follow(found: Any, steps: tuple[Step, ...], turn: int) -> Any:
    for step in steps:
        found = found.get(step.name) if isinstance(found, Mapping) else None
        for choice in step.picks:
            found = _element(found, choice, turn)
    return found


def _element(found: Any, choice: Pick, turn: int) -> Any:
    if not isinstance(found, list):
        return None
    if choice.member is not None:
        members = (item for item in found if isinstance(item, Mapping))
        return next((item for item in members if str(item.get(choice.member)) == choice.value), None)
    number = turn if choice.number is None else choice.number
    return found[number] if -len(found) <= number < len(found) else None


def _holds(found: Any, path: Path) -> bool:
    return bool(found) if path.equals is None else str(found) == path.equals
