"""Single values of JSON events: each function checks one value and returns it in the form used inside.

What is wrong is noted at the value's pointer and something harmless returned, so that one pass finds everything.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec

from traceability.epcis.cbv import Vocabulary, is_uri
from traceability.epcis.context import Context, undeclared
from traceability.epcis.hostile import DEEPEST
from traceability.epcis.problem import Problems, shown, token
from traceability.event.timestamp import is_timestamp


class Reading(msgspec.Struct):
    """What a reader needs beside the value: how names are declared, and where to note problems."""

    context: Context
    problems: Problems


Reader = Callable[[Any, str, Reading], Any]

_UOM = re.compile(r"[A-Z0-9]{2,3}")
_OFFSET = re.compile(r"[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)")
_HEX = re.compile(r"[A-Fa-f0-9]+")
_ACTIONS = frozenset(("ADD", "OBSERVE", "DELETE"))


def text(value: Any, at: str, reading: Reading) -> str:
    """Any text."""
    if isinstance(value, str):
        return value
    reading.problems.add(at, f"must be a text, not {shown(value)}")
    return ""


def uri(value: Any, at: str, reading: Reading) -> str:
    """A URI: EPC URN, Digital Link, or another one."""
    if isinstance(value, str) and is_uri(value):
        return value
    reading.problems.add(
        at, f"must be a URI, not {shown(value)}", "a URI has a scheme, as in urn:epc:id:… or https://…"
    )
    return ""


def time(value: Any, at: str, reading: Reading) -> str:
    """A date and time of day with a zone (xsd:dateTimeStamp)."""
    if isinstance(value, str) and is_timestamp(value):
        return value
    reading.problems.add(
        at, f"must be a date and time with zone, not {shown(value)}", "write 2026-07-01T12:00:00+08:00"
    )
    return ""


def number(value: Any, at: str, reading: Reading) -> Decimal | None:
    """A number, as exact as it was written."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    reading.problems.add(at, f"must be a number, not {shown(value)}")
    return None


def truth(value: Any, at: str, reading: Reading) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        reading.problems.add(at, f"must be true or false, not {shown(value)}")
    return value is True


def _pattern(form: re.Pattern[str], what: str) -> Reader:
    def read(value: Any, at: str, reading: Reading) -> str:
        if isinstance(value, str) and form.fullmatch(value):
            return value
        reading.problems.add(at, f"must be {what}, not {shown(value)}")
        return ""

    return read


uom = _pattern(_UOM, "a code of UN/ECE Recommendation 20, such as KGM")
offset = _pattern(_OFFSET, "an offset from UTC, such as +08:00")
hexadecimal = _pattern(_HEX, "hexadecimal digits")


def action(value: Any, at: str, reading: Reading) -> str:
    """What happens to the link between object and event."""
    if isinstance(value, str) and value in _ACTIONS:
        return value
    reading.problems.add(at, f"must be ADD, OBSERVE or DELETE, not {shown(value)}")
    return ""


def word(vocabulary: Vocabulary) -> Reader:
    """A word of a vocabulary in any of its spellings, or a user's own as URI."""

    def read(value: Any, at: str, reading: Reading) -> str:
        full = vocabulary.full(value) if isinstance(value, str) else None
        if full is not None:
            return full
        advice = "use a word of CBV 2.0, or a URI of your own"
        reading.problems.add(at, f"{shown(value)} is no {vocabulary.what}", advice)
        return ""

    return read


def many(read: Reader, *, least: int = 0, unique: bool = False) -> Reader:
    """A list of what ``read`` reads."""

    def read_all(value: Any, at: str, reading: Reading) -> tuple[Any, ...]:
        if not isinstance(value, list):
            reading.problems.add(at, f"must be a list, not {shown(value)}")
            return ()
        if len(value) < least:
            reading.problems.add(at, "must not be empty")
        found = tuple([read(each, f"{at}/{place}", reading) for place, each in enumerate(value)])
        if unique and len(set(found)) < len(found):
            twice = next(place for place, each in enumerate(found) if each in found[:place])
            reading.problems.add(f"{at}/{twice}", f"{shown(found[twice])} stands twice in the list")
        return found

    return read_all


def certification(value: Any, at: str, reading: Reading) -> Any:
    """One URI, a list of URIs, or a list of objects with certification details."""
    if isinstance(value, list):
        return tuple(
            extension(each, f"{at}/{place}", reading)
            if isinstance(each, dict) and each
            else uri(each, f"{at}/{place}", reading)
            for place, each in enumerate(value)
        )
    return uri(value, at, reading)


def extensions(value: Any, at: str, reading: Reading) -> dict[str, Any]:
    """An object of extensions only, such as ILMD: every name is in a namespace."""
    if not isinstance(value, dict):
        reading.problems.add(at, f"must be an object, not {shown(value)}")
        return {}
    found: dict[str, Any] = {}
    for name, part in value.items():
        add_extension(found, name, part, at, reading)
    return found


def add_extension(found: dict[str, Any], name: str, value: Any, at: str, reading: Reading) -> None:
    """Put one extension under its full name, unless its name has no namespace or two spell the same one."""
    full = reading.context.expanded(name)
    place = f"{at}/{token(name)}"
    if full is None:
        reading.problems.add(place, *undeclared(reading.context, name))
    elif full in found:
        reading.problems.add(place, f"{shown(full)} stands twice in one object, under two prefixes")
    else:
        found[full] = value if value.__class__ is str else extension(value, place, reading)


def extension(value: Any, at: str, reading: Reading, depth: int = 0) -> Any:
    """A value of an extension, any JSON; prefixed names in it are spelt in full, others stay as they are."""
    if depth > DEEPEST:
        reading.problems.add(at, f"nested deeper than {DEEPEST} levels")
        return None
    if isinstance(value, dict):
        inside: dict[str, Any] = {}
        for name, part in value.items():
            full = reading.context.expanded(name) if ":" in name else name
            if name.startswith("{"):
                reading.problems.add(f"{at}/{token(name)}", "a name cannot begin with a brace")
            inside[full or name] = extension(part, f"{at}/{token(name)}", reading, depth + 1)
        return inside
    if isinstance(value, list):
        return [extension(part, f"{at}/{place}", reading, depth + 1) for place, part in enumerate(value)]
    return value
