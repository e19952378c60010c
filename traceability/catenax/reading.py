"""Aspects from outside: one or a list of them as JSON, in version 3.0.0 or 4.0.0, each fault with its JSON pointer.

Version 4.0.0 calls some fields by other names and one of them not at all; a text is read as 4.0.0 when it has a
``globalAssetId``. Pointers keep the names that the text has.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import msgspec

from traceability.catenax.aspects import (
    Aspect,
    Batch,
    ChildItem,
    ParentItem,
    SerialPart,
    SingleLevelBomAsBuilt,
    SingleLevelUsageAsBuilt,
)
from traceability.epcis.hostile import hostile_parts
from traceability.epcis.problem import Problem, Problems, token
from traceability.epcis.source import JsonSource, Limits

MODELS: Mapping[type[Aspect], str] = {
    SerialPart: "io.catenax.serial_part",
    Batch: "io.catenax.batch",
    SingleLevelBomAsBuilt: "io.catenax.single_level_bom_as_built",
    SingleLevelUsageAsBuilt: "io.catenax.single_level_usage_as_built",
}
AnyAspect = SerialPart | Batch | SingleLevelBomAsBuilt | SingleLevelUsageAsBuilt
MOST_ASPECTS = 1_000
MOST_AMOUNT = 10**15
LONGEST_AMOUNT = 30
_LISTS = ("localIdentifiers", "childItems", "parentItems")
_NEW_ID, _OLD_ID = "globalAssetId", "catenaXId"
_NAMES = {_NEW_ID: _OLD_ID, "siteId": "catenaXsiteId", "productionDate": "date"}
_CLASSES = {
    "standard": "classificationStandard",
    "id": "classificationID",
    "description": "classificationDescription",
}
_PLACE = re.compile(r" - at `\$(?P<path>[^`]*)`$")
_STEP = re.compile(r"\.(?P<name>[^.\[]+)|\[(?P<index>[0-9]+|\.\.\.)\]")
_MISSING = re.compile(r"Object missing required field `(?P<name>[^`]+)`")


class ReadAspect(msgspec.Struct, frozen=True, kw_only=True):
    """One aspect of a text; ``aspect`` is None when ``problems`` tell why. ``content`` is its JSON as it came."""

    pointer: str
    model: str
    content: str
    aspect: AnyAspect | None
    problems: tuple[Problem, ...] = ()


def read_aspects(text: bytes, kind: type[Aspect], most_bytes: int) -> list[ReadAspect]:
    """Every aspect of ``kind`` in ``text``, an object or a list of objects.

    ``Malformed`` when it is no JSON, ``LimitExceeded`` when it is too large.
    """
    problems = Problems()
    source = JsonSource(BytesIO(text), Limits(document=most_bytes, value=most_bytes))
    raw = source.value("", problems)
    if source.peek():
        raise source.malformed("something follows the aspects")
    if not problems.found:  # those the source has looked for
        for problem in hostile_parts(raw, ""):
            problems.add(problem.pointer, problem.what, problem.advice)
    if isinstance(raw, list) and not 0 < len(raw) <= MOST_ASPECTS:
        problems.add("", f"must be an aspect, or a list of 1 to {MOST_ASPECTS} of them")
    if problems.found:
        return [ReadAspect(pointer="", model="", content="", aspect=None, problems=tuple(problems.found))]
    found = [(f"/{place}", each) for place, each in enumerate(raw)] if isinstance(raw, list) else [("", raw)]
    return [_read(each, at, kind) for at, each in found]


def content_of(content: str, kind: type[Aspect]) -> AnyAspect:
    """The aspect of a ``content`` that was read here before."""
    read = _read(msgspec.json.decode(content.encode()), "", kind)
    if read.aspect is None:
        raise ValueError("; ".join(f"{problem.pointer}: {problem.what}" for problem in read.problems))
    return read.aspect


def kind_of_model(model: str) -> type[Aspect] | None:
    """The aspect whose model has this URN, in whatever version."""
    return next((kind for kind, name in MODELS.items() if model.startswith(f"urn:samm:{name}:")), None)


def moment(text: str) -> datetime:
    """A time of an aspect: without zone it is UTC, without time of day the day's beginning."""
    day, _, clock = text.partition("T")
    whole = datetime.fromisoformat(day).replace(tzinfo=UTC)
    if not clock:
        return whole
    if clock.startswith("24:"):
        zone = datetime.fromisoformat(f"{day}T00:00:00{re.sub('^[0-9:.]*', '', clock)}")
        return (zone if zone.tzinfo else zone.replace(tzinfo=UTC)) + timedelta(days=1)
    digits = re.sub(r"(\.[0-9]{1,6})[0-9]*", r"\1", clock)
    found = datetime.fromisoformat(f"{day}T{digits}")
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _read(raw: Any, at: str, kind: type[Aspect]) -> ReadAspect:
    newer = isinstance(raw, dict) and _NEW_ID in raw
    model = f"urn:samm:{MODELS[kind]}:{'4.0.0' if newer else '3.0.0'}#{kind.__name__}"
    content = msgspec.json.encode(_numbers(raw)).decode()
    problems: list[Problem] = []
    aspect: Any = None
    try:
        aspect = msgspec.convert(_older(raw) if newer else raw, type=kind)
    except msgspec.ValidationError as error:
        problems.append(_problem(str(error), at, newer=newer))
    else:
        problems += _faults(aspect, raw, at)
    return ReadAspect(
        pointer=at, model=model, content=content, aspect=None if problems else aspect, problems=tuple(problems)
    )


def _numbers(raw: Any) -> Any:
    """Exact numbers as JSON has them, for the encoder would write them as text."""
    if isinstance(raw, dict):
        return {name: _numbers(part) for name, part in raw.items()}
    if isinstance(raw, list):
        return [_numbers(part) for part in raw]
    return msgspec.Raw(str(raw).encode()) if isinstance(raw, Decimal) else raw


def _older(raw: Any, within: str = "") -> Any:
    """An aspect of 4.0.0 with the names of 3.0.0."""
    if isinstance(raw, list):
        return [_older(part, within) for part in raw]
    if not isinstance(raw, dict):
        return raw
    names = _NAMES | (_CLASSES if within == "partClassification" else {})
    found = {names.get(name, name): _older(part, name) for name, part in raw.items()}
    if within == "partTypeInformation" and "nameAtCustomer" in found:
        found.setdefault("nameAtManufacturer", found["nameAtCustomer"])
    return found


def _problem(message: str, at: str, *, newer: bool) -> Problem:
    place = _PLACE.search(message)
    what = message if place is None else message[: place.start()]
    missing = _MISSING.fullmatch(what)
    steps = [step["name"] or step["index"] for step in _STEP.finditer("" if place is None else place["path"])]
    steps += [missing["name"]] if missing else []
    older = {old: new for new, old in (_NAMES | _CLASSES).items()} if newer else {}
    pointer = at + "".join(f"/{token(older.get(step, step))}" for step in steps)
    return Problem(pointer, "is missing" if missing else what)


def linked_items(aspect: AnyAspect) -> tuple[str, tuple[ChildItem | ParentItem, ...]]:
    """What the aspect links its item with, and the name of that list; nothing for a part itself."""
    if isinstance(aspect, SingleLevelBomAsBuilt):
        return "childItems", aspect.child_items
    return ("parentItems", aspect.parent_items) if isinstance(aspect, SingleLevelUsageAsBuilt) else ("", ())


def times_of(aspect: AnyAspect) -> list[datetime]:
    """The times that become times of records."""
    if isinstance(aspect, SerialPart | Batch):
        return [moment(aspect.manufacturing_information.date)]
    return [moment(item.created_on) for item in linked_items(aspect)[1]]


def _faults(aspect: AnyAspect, raw: Any, at: str) -> Iterator[Problem]:
    """What single fields cannot tell: entries that stand twice, days that no calendar has."""
    for name in _LISTS:
        entries = raw.get(name, [])
        for place, entry in enumerate(entries):
            if entry in entries[:place]:
                yield Problem(f"{at}/{name}/{place}", "stands twice in the list")
    name, items = linked_items(aspect)
    for place, item in enumerate(items):
        amount = None if item.quantity is None else item.quantity.value
        if amount is not None and (not 0 <= amount < MOST_AMOUNT or len(format(amount, "f")) > LONGEST_AMOUNT):
            yield Problem(f"{at}/{name}/{place}/quantity/value", f"{amount} is no quantity that can be kept")
        for field, text in (("createdOn", item.created_on), ("lastModifiedOn", item.last_modified_on)):
            if text is not None and not _in_calendar(text):
                yield Problem(f"{at}/{name}/{place}/{field}", f"{text!r} is no day and time of the calendar")
    if isinstance(aspect, SerialPart | Batch) and not _in_calendar(aspect.manufacturing_information.date):
        yield Problem(f"{at}/manufacturingInformation", "the date is no day and time of the calendar")


def _in_calendar(text: str) -> bool:
    try:
        moment(text)
    except ValueError:
        return False
    return True
