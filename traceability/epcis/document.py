"""EPCIS documents in JSON-LD read as a stream: the head, then one event after the other at flat memory.

Taken are an ``EPCISDocument``, an ``EPCISQueryDocument``, one bare event and a list of bare events. Each event is
checked by itself, so that a capture can take the good ones or refuse all. The names of a document may come in any
order; only when ``@context`` stands behind the events is the document read twice.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import Any, BinaryIO

import msgspec

from traceability.epcis.context import EMPTY, Context, check_standard, undeclared, with_context
from traceability.epcis.head import BARE, BARE_LIST, DOCUMENT, QUERY_DOCUMENT, Head, check_head
from traceability.epcis.hostile import Parser
from traceability.epcis.jsonld import read_event
from traceability.epcis.problem import Problem, Problems, shown, token
from traceability.epcis.source import JsonSource, Limits, read_text
from traceability.epcis.values import Reading
from traceability.errors import LimitExceeded
from traceability.event.event import Event

_BODY = "epcisBody"


class ReadEvent(msgspec.Struct, frozen=True):
    """One event of a document: ``event`` is None when ``problems`` tells why. ``context`` is the one in force."""

    pointer: str
    event: Event | None
    problems: tuple[Problem, ...]
    context: Context


class EventText(msgspec.Struct, frozen=True):
    """One event of a document as text, not looked into yet: ``read_event_text`` does that, in another process too."""

    pointer: str
    text: str
    context: Context


class DocumentReader:
    """Reads one document once: iterate ``events()``, then ask ``head`` and ``problems`` (of the document itself)."""

    def __init__(
        self, file: BinaryIO | bytes, limits: Limits | None = None, *, outline: bool = False, apart: bool = False
    ) -> None:
        """``file`` is binary and, if ``@context`` may stand behind the events, seekable.

        ``outline`` passes over the events without a look into them. ``apart`` gives those of a document's list as
        ``EventText``.
        """
        self._file = BytesIO(file) if isinstance(file, bytes) else file
        self._start = self._file.tell() if self._file.seekable() else None
        self._limits = limits or Limits()
        self._source = JsonSource(self._file, self._limits)
        self._outline = outline
        self._apart = apart
        self._found = Problems()
        self._has_events = self._has_body = self._looked_ahead = False
        self.head = Head()
        self.count = 0

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the document apart from its events."""
        return tuple(self._found.found)

    def events(self) -> Iterator[ReadEvent]:
        """Every event, in order, none of them apart; ``Malformed`` and ``LimitExceeded`` as for ``texts``."""
        for read in self.texts():
            yield read if isinstance(read, ReadEvent) else read_event_text(read)

    def texts(self) -> Iterator[ReadEvent | EventText]:
        """Every event, in order. ``Malformed`` or ``LimitExceeded`` where the text itself breaks off."""
        first = self._source.peek()
        if first == "[":
            self.head.kind = BARE_LIST
            yield from self._list("", EMPTY, bare=True)
        elif first == "{":
            yield from self._top()
        else:
            raise self._source.malformed("an EPCIS document is a JSON object")
        if self._source.peek():
            raise self._source.malformed("something follows the document")

    def _top(self) -> Iterator[ReadEvent | EventText]:
        for name in self._names(""):
            if name == _BODY:
                self._has_body = True
                yield from self._body()
            else:
                self.head.fields[name] = value = self._source.value(f"/{token(name)}", self._found)
                if name == "@context":
                    self.head.context = with_context(EMPTY, value, "/@context", self._found)
        if self._has_body:
            check_head(self.head, self._found, has_events=self._has_events)
        else:
            yield from self._bare()

    def _names(self, at: str) -> Iterator[str]:
        """The names of the object at the cursor, which stands at each value in turn."""
        source = self._source
        source.take("{")
        seen: set[str] = set()
        while source.peek() != "}":
            if seen:
                source.take(",")
            if source.peek() != '"':
                raise source.malformed("a name was expected")
            name = source.value(at, self._found)
            if name in seen:
                self._found.add(f"{at}/{token(name)}", f"the name {shown(name)} stands twice in one object")
            seen.add(name)
            source.take(":")
            yield name
        source.take("}")

    def _body(self) -> Iterator[ReadEvent | EventText]:
        yield from self._inside("/epcisBody", {"eventList", "event"}, into={"queryResults": self._results})

    def _results(self) -> Iterator[ReadEvent | EventText]:
        at = "/epcisBody/queryResults"
        self.head.kind = QUERY_DOCUMENT
        yield from self._inside(at, set(), into={"resultsBody": self._results_body})

    def _results_body(self) -> Iterator[ReadEvent | EventText]:
        yield from self._inside("/epcisBody/queryResults/resultsBody", {"eventList"}, into={})

    def _inside(self, at: str, lists: set[str], into: dict[str, Any]) -> Iterator[ReadEvent | EventText]:
        if self._source.peek() != "{":
            self._source.value(at, self._found)
            self._found.add(at, "must be an object")
            return
        for name in self._names(at):
            place = f"{at}/{token(name)}"
            if name in into:
                yield from into[name]()
            elif name in lists and self._source.peek() == "[":
                yield from self._list(place, self._ready_context())
            elif name == "event":
                self._has_events = True
                raw = self._source.value(place, self._found)
                yield self._event(raw, place, self._ready_context(), Problems())
            else:
                self._named(name, self._source.value(place, self._found), place)

    def _named(self, name: str, value: Any, at: str) -> None:
        if name in ("queryName", "subscriptionID"):
            if not isinstance(value, str):
                self._found.add(at, f"must be a text, not {shown(value)}")
            elif name == "queryName":
                self.head.query_name = value
            else:
                self.head.subscription_id = value
        elif name == "eventList":
            self._found.add(at, f"must be a list, not {shown(value)}")
            self._has_events = True
        elif name != "vocabularyList" and self.head.context.expanded(name) is None:
            self._found.add(at, *undeclared(self.head.context, name))

    def _list(self, at: str, context: Context, *, bare: bool = False) -> Iterator[ReadEvent | EventText]:
        source = self._source
        self._has_events = True
        source.take("[")
        place = 0
        while source.peek() != "]":
            if place:
                source.take(",")
            if place >= self._limits.events:
                raise LimitExceeded(f"a document may hold at most {self._limits.events} events", where=at)
            problems = Problems()
            pointer = f"{at}/{place}"
            place += 1
            if self._apart and not bare and not self._outline:
                self.count += 1
                yield EventText(pointer, source.text(), context)
                continue
            yield self._event(source.value(pointer, problems), pointer, context, problems, bare=bare)
        source.take("]")

    def _event(self, raw: Any, at: str, context: Context, problems: Problems, *, bare: bool = False) -> ReadEvent:
        self.count += 1
        if self._outline:
            return ReadEvent(at, None, (), context)
        return _read(raw, at, context, problems, bare=bare)

    def _bare(self) -> Iterator[ReadEvent]:
        """The whole document was one event, if anything."""
        kind = self.head.fields.get("type")
        if kind in (DOCUMENT, QUERY_DOCUMENT):
            self._found.add("", f"{_BODY} is missing")
            self.head.kind = kind
            check_head(self.head, self._found, has_events=True)
            return
        self.head.kind = BARE
        problems, self._found = self._found, Problems()
        raw, self.head.fields = dict(self.head.fields), {}
        context = self.head.context
        raw.pop("@context", None)
        check_standard(context, "/@context", problems)
        self.count += 1
        event = None if problems.found else read_event(raw, "", Reading(context, problems))
        yield ReadEvent("", event, tuple(problems.found), context)

    def _ready_context(self) -> Context:
        """The context of the document, looked up behind the events when it does not stand before them."""
        if "@context" not in self.head.fields and not self._outline and not self._looked_ahead:
            self._looked_ahead = True
            if self._start is None:
                self._found.add("/@context", "@context stands behind the events", "put it first to stream a document")
            else:
                here = self._file.tell()
                self._file.seek(self._start)
                ahead = DocumentReader(self._file, self._limits, outline=True)
                for _ in ahead.events():
                    pass
                self._file.seek(here)
                self.head.context = ahead.head.context
        return self.head.context


def read_event_text(found: EventText, parser: Parser | None = None) -> ReadEvent:
    """The event of a text."""
    problems = Problems()
    try:
        raw = read_text(found.text, found.pointer, parser or Parser(), problems)
    except RecursionError:
        problems.add(found.pointer, "nested too deep")
        return ReadEvent(found.pointer, None, tuple(problems.found), found.context)
    return _read(raw, found.pointer, found.context, problems)


def _read(raw: Any, at: str, context: Context, problems: Problems, *, bare: bool = False) -> ReadEvent:
    if isinstance(raw, dict) and "@context" in raw:
        context = with_context(context, raw["@context"], f"{at}/@context", problems)
    if bare:
        check_standard(context, f"{at}/@context", problems)
    if problems.found:
        return ReadEvent(at, None, tuple(problems.found), context)
    if isinstance(raw, dict):
        raw.pop("@context", None)
    event = read_event(raw, at, Reading(context, problems))
    return ReadEvent(at, event, tuple(problems.found), context)
