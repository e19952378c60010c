"""Does a control plan's text say what a control plan must? Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated

import msgspec

from hub.rollout.remark import Remark, at_key

_PLACE = re.compile(r"^(?P<what>.*?)(?: - at `\$\.?(?P<path>[^`]*)`)?$", re.DOTALL)
_MISSING = re.compile(r"missing required field `(\w+)`")
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Limit = int | float | str | None


class _Operation(msgspec.Struct):
    id: Name
    name: Name


class _Characteristic(msgspec.Struct):
    id: Name
    name: Name
    operation: Name
    uom: Annotated[str, msgspec.Meta(max_length=20)]
    decimals: Annotated[int, msgspec.Meta(ge=0, le=12)]
    lsl: Limit = None
    target: Limit = None
    usl: Limit = None
    key: bool = False


class _Plan(msgspec.Struct, kw_only=True):
    part: Name
    plant: Name
    revision: Name
    name: Name
    operation: Annotated[tuple[_Operation, ...], msgspec.Meta(min_length=1)]
    characteristic: tuple[_Characteristic, ...] = ()
    valid_from: datetime | None = None


def plan_remarks(text: str, data: Mapping[str, object], part: str, plant: str) -> Iterator[Remark]:
    """What is wrong with the plan ``data`` that stands in ``text``."""
    try:
        plan = msgspec.convert(data, _Plan)
    except msgspec.ValidationError as error:
        match = _PLACE.match(str(error))
        assert match is not None
        path, what = match["path"] or "", match["what"]
        missing = _MISSING.search(what)
        if missing:
            path, what = f"{path}.{missing[1]}".lstrip("."), "is missing"
        yield at_key(text, path, f"{path}: {what[:1].lower()}{what[1:]}", part)
        return
    if plan.valid_from is not None and plan.valid_from.tzinfo is None:
        said = "valid_from: expected a time with its offset, as in 2026-03-01T00:00:00+08:00"
        yield at_key(text, "valid_from", said, part)
    if plan.plant != plant:
        yield at_key(text, "plant", f"plant: the plan is of {plan.plant!r}, not of {plant!r}", part)
    named = {
        "operation": [entry.id for entry in plan.operation],
        "characteristic": [entry.id for entry in plan.characteristic],
    }
    for table, names in named.items():
        for name, number in Counter(names).items():
            if number > 1:
                place = names.index(name, names.index(name) + 1)
                yield at_key(text, f"{table}[{place}].id", f"{table}: {name!r} is there {number} times", part)
    known = {operation.id for operation in plan.operation}
    for place, entry in enumerate(plan.characteristic):
        here = f"characteristic[{place}]"
        if entry.operation not in known:
            yield at_key(text, f"{here}.operation", f"{entry.id}: there is no operation {entry.operation!r}", part)
        yield from _limits(text, entry, here, part)


def _limits(text: str, entry: _Characteristic, here: str, part: str) -> Iterator[Remark]:
    known: list[Decimal] = []
    for name in ("lsl", "target", "usl"):
        value = getattr(entry, name)
        try:
            found = None if value is None else Decimal(str(value))
        except InvalidOperation:
            found = Decimal("NaN")
        if found is None:
            continue
        if not found.is_finite():
            yield at_key(text, f"{here}.{name}", f"{entry.id}: {name} is no number", part)
            return
        known.append(found)
    if known != sorted(known) or (entry.lsl is not None and entry.usl is not None and known[0] == known[-1]):
        yield at_key(text, f"{here}.usl", f"{entry.id}: the limits must be in the order lsl, target, usl", part)
