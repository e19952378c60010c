"""The event query language of EPCIS 2.0 (8.2.7.1, SimpleEventQuery): parameters into typed predicates.

A query is a list of predicates that must all hold; the values of one predicate are alternatives. Values come out in the
form that events have inside: vocabulary in full, identifiers of GS1 keys as canonical Digital Links, times in UTC,
names of extensions as ``{namespace}name``.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from traceability.epcis.context import STANDARD, Context, undeclared, with_context
from traceability.epcis.problem import Problems, shown, token
from traceability.epcis.query_fields import CHOICES, COMPARED, EXTENSION_SCOPES, MEASURED, PARTY_LISTS, Kind
from traceability.event.event import EVENT_TYPES
from traceability.event.timestamp import instant, is_timestamp

_FORM = re.compile(r"(?P<op>EQ|GT|GE|LT|LE|EXISTS|MATCH|WD|HASATTR|EQATTR)_(?P<rest>.+)", re.DOTALL)
_CONTROLS = ("orderBy", "orderDirection", "eventCountLimit", "maxEventCount")
_NUMERIC = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
MOST_VALUES = 1_000


class Predicate(msgspec.Struct, frozen=True, kw_only=True):
    """One condition.

    ``parameter`` is its name in the query, ``op`` EQ, GT, GE, LT, LE, EXISTS, MATCH, WD, HASATTR or EQATTR, ``field``
    the name of a field of the standard (``bizStep``, ``anyEPC``, ``value`` …) or, for extensions, the place where they
    stand (a key of ``EXTENSION_SCOPES``). ``name`` is the extension, ``inner`` whether it stands inside another one,
    ``detail`` the type of a transaction or party, the unit of a quantity, or the attribute of an extension.
    """

    parameter: str
    op: str
    field: str
    values: tuple[Any, ...] = ()
    name: str | None = None
    inner: bool = False
    detail: str | None = None


class EventQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A query. At most ``event_count_limit`` events are wanted; more than ``max_event_count`` are an error."""

    predicates: tuple[Predicate, ...] = ()
    order_by: str | None = None
    descending: bool = True
    event_count_limit: int | None = None
    max_event_count: int | None = None


def parse_parameters(items: Iterable[tuple[str, str]], context: Context = STANDARD) -> EventQuery:
    """A query from the parameters of a web address: lists are repeated or joined by ``|``; ``Invalid`` tells faults."""
    body: dict[str, Any] = {}
    for name, value in items:
        parts = value.split("|")
        body[name] = [*body.get(name, []), *parts]
    return _parse(body, context, as_text=True)


def parse_query(body: Mapping[str, Any], context: Context = STANDARD) -> EventQuery:
    """A query from the JSON object of a named or anonymous query; ``Invalid`` tells all faults by JSON pointer."""
    problems = Problems()
    fields = dict(body)
    if "@context" in fields:
        raw = fields.pop("@context")
        context = with_context(context, raw, "/@context", problems)
    problems.check()
    return _parse(fields, context, as_text=False)


def context_of_extensions(header: str) -> Context:
    """The context that a ``GS1-Extensions`` header declares: ``example=https://ns.example.com/epcis/, …``."""
    problems = Problems()
    declared = dict(part.split("=", 1) for part in map(str.strip, header.split(",")) if "=" in part)
    context = with_context(STANDARD, {name.strip(): value.strip() for name, value in declared.items()}, "", problems)
    problems.check()
    return context


def _parse(body: Mapping[str, Any], context: Context, *, as_text: bool) -> EventQuery:
    problems = Problems()
    found: list[Predicate] = []
    controls: dict[str, Any] = {}
    for parameter, value in body.items():
        values = value if isinstance(value, list) else [value]
        if len(values) > MOST_VALUES:
            problems.add(f"/{token(parameter)}", f"at most {MOST_VALUES} values are taken")
        elif parameter in _CONTROLS:
            controls[parameter] = values[0] if values else None
        else:
            predicate = _Parameter(parameter, values, context, as_text, problems).predicate()
            if predicate is not None:
                found.append(predicate)
    query = _with_controls(found, controls, context, problems)
    problems.check()
    return query


def _with_controls(
    found: list[Predicate], controls: Mapping[str, Any], context: Context, problems: Problems
) -> EventQuery:
    counts: dict[str, int | None] = {}
    for name in ("eventCountLimit", "maxEventCount"):
        text = str(controls.get(name, ""))
        counts[name] = int(text) if re.fullmatch("[1-9][0-9]{0,9}", text) else None
        if name in controls and counts[name] is None:
            problems.add(f"/{name}", f"must be a whole number from 1, not {shown(text)}")
    if counts["eventCountLimit"] is not None and counts["maxEventCount"] is not None:
        problems.add("/maxEventCount", "stands beside eventCountLimit; only one of them may be given")
    order = controls.get("orderBy")
    if order is not None and order not in ("eventTime", "recordTime"):
        full = context.expanded(order) if isinstance(order, str) else None
        if full is None:
            problems.add(
                "/orderBy", f"cannot order by {shown(order)}", "order by eventTime, recordTime or an extension"
            )
        order = full
    direction = controls.get("orderDirection", "DESC")
    if direction not in ("ASC", "DESC"):
        problems.add("/orderDirection", f"must be ASC or DESC, not {shown(direction)}")
    return EventQuery(
        predicates=tuple(found),
        order_by=order,
        descending=direction != "ASC",
        event_count_limit=counts["eventCountLimit"],
        max_event_count=counts["maxEventCount"],
    )


class _Parameter:
    """One parameter while it is taken apart."""

    def __init__(self, name: str, values: list[Any], context: Context, as_text: bool, problems: Problems) -> None:
        self.name, self.values, self.context, self.as_text, self.problems = name, values, context, as_text, problems
        self.at = f"/{token(name)}"

    def predicate(self) -> Predicate | None:
        if self.name == "eventType":
            return self._made("EQ", "eventType", [self._event_type(value) for value in self.values])
        found = _FORM.fullmatch(self.name)
        if found is None:
            self._unknown()
            return None
        op, rest = found["op"], found["rest"]
        made = self._standard(op, rest) or self._detailed(op, rest) or self._extension(op, rest)
        if made is None:
            self._unknown()
        return made

    def _standard(self, op: str, rest: str) -> Predicate | None:
        choice = CHOICES.get((op, rest))
        if choice is not None:
            if op == "EXISTS":
                return self._made(op, rest, [])
            return self._made(op, rest, [self._value(choice, value) for value in self.values])
        if rest in COMPARED and op in COMPARED[rest][1]:
            return self._made(op, rest, [self._value(COMPARED[rest][0], value) for value in self.values])
        return None

    def _detailed(self, op: str, rest: str) -> Predicate | None:
        field, underscore, detail = rest.partition("_")
        if not underscore or not detail or (":" in detail.partition("_")[0] and field not in PARTY_LISTS):
            return None
        if op == "EQ" and field in PARTY_LISTS:
            full = PARTY_LISTS[field].full(detail)
            if full is None:
                self.problems.add(self.at, f"{shown(detail)} is no {PARTY_LISTS[field].what}")
            return self._made(op, field, [self._value(Kind.LINK, value) for value in self.values], detail=full)
        if field in MEASURED and op in ("EQ", "GT", "GE", "LT", "LE"):
            return self._made(op, field, [self._value(Kind.NUMBER, value) for value in self.values], detail=detail)
        return None

    def _extension(self, op: str, rest: str) -> Predicate | None:
        if op in ("MATCH", "WD"):
            return None
        inner = rest.startswith("INNER_")
        rest = rest.removeprefix("INNER_")
        if rest.startswith("ATTR_") and op == "EQ":
            op, rest = "EQATTR", rest.removeprefix("ATTR_")
        scope = next((each for each in EXTENSION_SCOPES if each and rest.startswith(f"{each}_")), "")
        name = rest.removeprefix(f"{scope}_") if scope else rest
        if ":" not in name:
            return None
        detail = None
        if op == "EQATTR":
            name, _, detail = name.rpartition("_")
        full = self.context.expanded(name)
        if full is None:
            self.problems.add(self.at, *undeclared(self.context, name))
            return self._made(op, scope, [], name=name)
        values = [] if op == "EXISTS" else [self._free(value) for value in self.values]
        return self._made(op, scope, values, name=full, inner=inner, detail=detail)

    def _made(self, op: str, field: str, values: list[Any], **more: Any) -> Predicate:
        if op in ("GT", "GE", "LT", "LE") and len(values) != 1:
            self.problems.add(self.at, "must be a single value")
        if not values and op != "EXISTS":
            self.problems.add(self.at, "has no value")
        return Predicate(parameter=self.name, op=op, field=field, values=tuple(values), **more)

    def _unknown(self) -> None:
        self.problems.add(self.at, f"{shown(self.name)} is no parameter of an event query")

    def _event_type(self, value: Any) -> str:
        if isinstance(value, str):
            full = value if value in EVENT_TYPES else self.context.expanded(value)
            if full is not None:
                return full
        self.problems.add(self.at, f"{shown(value)} is no type of event")
        return ""

    def _value(self, kind: Any, value: Any) -> Any:
        read = kind.read(self._typed(kind, value))
        if read is None:
            self.problems.add(self.at, f"{shown(value)} is no {kind.what}")
        return read

    def _typed(self, kind: Any, value: Any) -> Any:
        if not self.as_text or not isinstance(value, str):
            return value
        if kind is Kind.NUMBER:
            return _number(value)
        return {"true": True, "false": False}.get(value, value) if kind is Kind.TRUTH else value

    def _free(self, value: Any) -> Any:
        """A value of an extension: a number or time where it looks like one and is not text for certain."""
        if isinstance(value, str):
            if is_timestamp(value):
                return instant(value)
            number = _number(value)
            return number if number is not None and self.as_text else value
        if isinstance(value, int) and not isinstance(value, bool):
            return Decimal(value)
        if isinstance(value, Decimal | bool):
            return value
        if isinstance(value, float):
            return Decimal(str(value))
        self.problems.add(self.at, f"{shown(value)} is no text, number or time")
        return None


def _number(text: str) -> Decimal | None:
    if not _NUMERIC.fullmatch(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
