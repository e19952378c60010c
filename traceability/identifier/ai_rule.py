"""The rules of each application identifier, read once from the table of facts, and the check of a value by them."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

import msgspec

from traceability.errors import IdentifierRefused
from traceability.identifier.ai_table import MEASURES, ROWS, SETS
from traceability.identifier.characters import CSET39, CSET64, CSET82, DIGITS, shown
from traceability.identifier.checks import CHECKS

_SETS = {"N": DIGITS, "X": CSET82, "Y": CSET39, "Z": CSET64}
_COMPONENT = re.compile(
    r"(?:(?P<times>\d)\*)?(?P<open>\[)?(?P<set>[NXYZ])(?P<upto>\.\.)?(?P<length>\d+)(?P<checks>[~\w]*)\]?"
)
_PADDING = re.compile(r"={0,2}$")


class Component(msgspec.Struct, frozen=True):
    """A part of a value: its characters and length, its checks by name, and whether it may be absent."""

    set: str
    shortest: int
    longest: int
    checks: tuple[str, ...] = ()
    optional: bool = False


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """All about one application identifier.

    ``fixed`` needs no separator behind it. ``needs`` are alternatives, each a set of identifiers that must stand beside
    it (a pattern such as ``31nn`` matches any digits); ``excludes`` may not. ``key`` are the alternative sequences of
    qualifiers when it is a primary key of a Digital Link, else None; ``attribute`` may stand in its query.
    """

    ai: str
    title: str
    components: tuple[Component, ...]
    fixed: bool = False
    attribute: bool = False
    needs: tuple[tuple[str, ...], ...] = ()
    excludes: tuple[str, ...] = ()
    key: tuple[tuple[str, ...], ...] | None = None

    @property
    def shortest(self) -> int:
        """Fewest characters of a value."""
        return sum(part.shortest for part in self.components if not part.optional)

    @property
    def longest(self) -> int:
        """Most characters of a value."""
        return sum(part.longest for part in self.components)


def rule_for(ai: str) -> Rule:
    """The rule of ``ai``; ``IdentifierRefused`` when there is no such application identifier."""
    rule = RULES.get(ai)
    if rule is None:
        raise IdentifierRefused(f"application identifier ({ai[:8]}) does not exist")
    return rule


def checked_value(ai: str, value: str) -> str:
    """``value`` if it may stand behind ``ai``; ``IdentifierRefused`` says what is wrong with it."""
    return _checked_value(ai, value)


@lru_cache(maxsize=4096)  # the same few keys come again and again
def _checked_value(ai: str, value: str) -> str:
    rule = rule_for(ai)
    if not rule.shortest <= len(value) <= rule.longest:
        wanted = str(rule.longest) if rule.shortest == rule.longest else f"{rule.shortest} to {rule.longest}"
        raise IdentifierRefused(f"({ai}) needs {wanted} characters, {shown(value)} has {len(value)}")
    at = 0
    for part in rule.components:
        text = value[at : at + part.longest]
        if part.optional and not text:
            break
        fault = _fault(part, text)
        if fault:
            raise IdentifierRefused(f"({ai}){value} {fault}" if value.isprintable() else f"({ai}) {fault}")
        at += len(text)
    return value


def _fault(part: Component, text: str) -> str:
    if len(text) < part.shortest:
        return f"ends within a part of {part.shortest} characters"
    plain = _PADDING.sub("", text) if part.set == "Z" else text
    wrong = sorted(set(plain) - _SETS[part.set])
    if wrong:
        return f"may not hold {wrong[0]!r}"
    if plain != text and (not plain or len(text) % 3):
        return "is padded with '=' to a wrong length"
    return next((fault for name in part.checks if (fault := CHECKS[name](text))), "")


def _components(text: str) -> Iterator[Component]:
    for found in _COMPONENT.finditer(text):
        length = int(found["length"])
        part = Component(
            set=found["set"],
            shortest=1 if found["upto"] else length,
            longest=length,
            checks=tuple(filter(None, found["checks"].split("~"))),
            optional=bool(found["open"]),
        )
        yield from [part] * int(found["times"] or 1)


def _run(text: str) -> Iterator[str]:
    first, _, last = text.partition("-")
    for number in range(int(first), int(last or first) + 1):
        yield f"{number:0{len(first)}d}"


def _alternatives(text: str) -> tuple[tuple[str, ...], ...]:
    if text == "-":
        return ()
    return tuple(tuple(each.split("+")) for each in SETS.get(text, text).split())


def _row_rules(row: str) -> Iterator[Rule]:
    ais, flags, form, needs, excludes, key, title = (column.strip() for column in row.split("|"))
    for ai in _run(ais):
        yield Rule(
            ai=ai,
            title=title,
            components=tuple(_components(form)),
            fixed="=" in flags,
            attribute="?" in flags,
            needs=_alternatives(needs),
            excludes=() if excludes == "-" else tuple(excludes.split()),
            key=tuple(tuple(each.split()) for each in key.removeprefix("key").split("/")) if key != "-" else None,
        )


def _measure_rules() -> Iterator[Rule]:
    for needs, runs in MEASURES.items():
        for family in (each for run in runs.split() for each in _run(run)):
            for decimals in range(6):
                yield Rule(
                    ai=f"{family}{decimals}",
                    title="MEASURE",
                    components=(Component("N", 6, 6),),
                    fixed=True,
                    attribute=True,
                    needs=_alternatives(needs),
                    excludes=(f"{family}n",),
                )


RULES: Mapping[str, Rule] = {
    rule.ai: rule for rules in (*(map(_row_rules, ROWS.strip().splitlines())), _measure_rules()) for rule in rules
}
