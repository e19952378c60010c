"""What master data planned: bills of material, recipes and tools, each version from its day on."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, tzinfo
from fractions import Fraction
from typing import Any

import msgspec

from hub.planned.bill import Bill, PlannedPart
from hub.planned.covered import Aspect, Coverage
from hub.planned.finding import Finding, FindingKind
from hub.store.core.database import Reading
from hub.store.core.memo import once
from hub.store.master.versions import (
    StoredVersion,
    counted,
    in_force,
    of_company,
    of_the_company,
    versions_of_kind,
    versions_of_things,
)
from hub.tabular.words import NOTHING, Words
from traceability.record.master_data import Bom
from traceability.uom.convert import converted

Canonical = Callable[[str], str]
_Versions = Mapping[date, StoredVersion]
_DISPUTED = Words("the result is disputed", "该结果存在争议")


class StatedBills:
    """The versions of the bill of one part; ``canonical``: the one name of a part."""

    def __init__(self, versions: _Versions, zone: tzinfo, canonical: Canonical) -> None:
        self._versions, self._zone, self._canonical = versions, zone, canonical
        self._read: dict[date, Bill] = {}

    def day_of(self, at: datetime) -> date:
        """By the plant's clock."""
        return at.astimezone(self._zone).date()

    def on(self, day: date) -> Bill | None:
        """The one that holds on a day."""
        held = in_force(self._versions, day)
        if held is None:
            return None
        if held.begin not in self._read:
            self._read[held.begin] = self._bill(held)
        return self._read[held.begin]

    def _bill(self, held: StoredVersion) -> Bill:
        parts: dict[str, PlannedPart] = {}
        for line in msgspec.convert({**held.body, "kind": "bom"}, Bom, strict=False).lines:
            name, more = self._canonical(line.component), Fraction(line.quantity)
            before = parts.get(name)
            if before is not None:
                added = converted(more, line.uom or "1", before.uom or "1")
                whole = None if before.quantity is None or added is None else before.quantity + added
                parts[name] = PlannedPart(quantity=whole, uom=before.uom)
            else:
                parts[name] = PlannedPart(quantity=more, uom=line.uom)
        return Bill(since=held.begin, until=held.end, parts=parts)


def bills_of(
    connection: Reading, parts: Collection[str], company: str, before: int | None = None
) -> dict[str, dict[date, StoredVersion]]:
    """By the name of each of ``parts`` that has any: the versions of the bill by which a company makes it."""
    wanted = {*parts, *(of_company(part, company) for part in parts)}
    return of_the_company(counted(versions_of_things(connection, "bom", wanted, before=before)), company)


def components_of(versions: Iterable[StoredVersion]) -> set[str]:
    """Every component that any of these versions of a bill names."""
    return {line["component"] for one in versions for line in one.body["lines"]}


class MadeBy(msgspec.Struct, frozen=True, kw_only=True):
    """What a result says it was made with."""

    unit: str
    part: str
    operation: str
    recipe: str | None
    tools: tuple[str, ...]
    at: datetime
    disputed: bool = False


class Equipment:
    """The recipes and tools of a plant. Where master data list none of a kind on a day, nothing is told of it."""

    def __init__(self, connection: Reading, plant: str, zone: tzinfo, before: int | None = None) -> None:
        self._connection, self._plant, self._zone, self._before = connection, plant, zone, before
        self._listed: dict[tuple[str, date], bool] = {}

    def is_known(self, aspect: Aspect) -> bool:
        """Whether master data list any of it that the asker may see."""
        return bool(self._versions(_KINDS[aspect]))

    def findings(self, made: MadeBy, coverage: Coverage) -> Iterator[Finding]:
        """The recipe and the tools of one result that master data did not know on its day."""
        day = made.at.astimezone(self._zone).date()
        for aspect, named in ((Aspect.RECIPES, made.recipe is not None), (Aspect.TOOLS, bool(made.tools))):
            if named:
                coverage.count(aspect, planned=self._are_listed(_KINDS[aspect], day))
        if made.recipe is not None:
            told = self._looked_up(made, "recipe", made.recipe, day)
            yield from [told] if told is not None else self._of_another(made, made.recipe, day)
        for tool in made.tools:
            told = self._looked_up(made, "tool", tool, day)
            if told is not None:
                yield told

    def _looked_up(self, made: MadeBy, kind: str, name: str, day: date) -> Finding | None:
        versions = self._versions(kind)
        if not self._are_listed(kind, day) or in_force(versions.get(name, {}), day) is not None:
            return None
        known = [one for one in versions.get(name, {}).values() if not one.withdrawn]
        ended = max((one for one in known if one.begin <= day), key=lambda one: one.begin, default=None)
        words = (FindingKind.RECIPE_ENDED, FindingKind.RECIPE_UNKNOWN) if kind == "recipe" else _TOOL
        return _finding(words[0] if known else words[1], made, name, day, ended)

    def _of_another(self, made: MadeBy, name: str, day: date) -> Iterator[Finding]:
        held = in_force(self._versions("recipe").get(name, {}), day)
        body: Mapping[str, Any] = {} if held is None else held.body
        stated = (body.get("part", ""), made.part), (body.get("operation", ""), made.operation)
        if any(wanted not in ("", found) for wanted, found in stated):
            yield _finding(FindingKind.RECIPE_OF_ANOTHER, made, name, day, held)

    def _versions(self, kind: str) -> dict[str, dict[date, StoredVersion]]:
        question = (Equipment, kind, self._plant, self._before)
        return once(self._connection, question, lambda: self._read(kind))

    def _read(self, kind: str) -> dict[str, dict[date, StoredVersion]]:
        found = counted(versions_of_kind(self._connection, kind, plant=self._plant, before=self._before))
        return {thing.about: by_day for thing, by_day in found.items()}

    def _are_listed(self, kind: str, day: date) -> bool:
        if (kind, day) not in self._listed:
            held = (in_force(by_day, day) for by_day in self._versions(kind).values())
            self._listed[kind, day] = any(one is not None for one in held)
        return self._listed[kind, day]


_KINDS = {Aspect.RECIPES: "recipe", Aspect.TOOLS: "tool"}
_TOOL = (FindingKind.TOOL_ENDED, FindingKind.TOOL_UNKNOWN)


def _finding(kind: FindingKind, made: MadeBy, name: str, day: date, version: StoredVersion | None) -> Finding:
    doubt = _DISPUTED if made.disputed else NOTHING
    return Finding(
        kind=kind,
        unit=made.unit,
        subject=name,
        certain=not made.disputed,
        why=doubt.en,
        why_zh=doubt.zh,
        day=day,
        at=made.at,
        operation=made.operation,
        since=None if version is None else version.begin,
        until=None if version is None else version.end,
    )
