"""A document from outside becomes checked events and a list of what is wrong; at flat memory, whatever its length."""

from collections.abc import Iterator
from typing import BinaryIO

from hub.epcis.keep import Checked, checked
from hub.epcis.limits import LIMITS, EpcisLimits
from hub.epcis.problems import EpcisProblem, Kind, Place, place_of
from hub.store.instant import is_storable
from traceability.epcis.capture import captured
from traceability.epcis.document import ReadEvent
from traceability.epcis.head import BARE
from traceability.epcis.problem import Problem
from traceability.epcis.reading import open_document
from traceability.epcis.source import Limits
from traceability.errors import LimitExceeded, Malformed, ZhuoyueError
from traceability.event.timestamp import instant


class DocumentEvents:
    """Iterate once; then ``count`` says how many events were read, and ``whole`` whether the text went to its end.

    ``errors`` are the first of what was wrong, ``refused`` counts all.
    """

    def __init__(self, file: BinaryIO, size: int, limits: EpcisLimits = LIMITS) -> None:
        self._reader = open_document(
            file, Limits(document=size + 1, value=2 * limits.event_text, events=limits.capture_events)
        )
        self._limits = limits
        self.count = 0
        self.refused = 0
        self.errors: list[EpcisProblem] = []
        self.whole = True

    def __iter__(self) -> Iterator[Checked]:
        try:
            for read in self._reader.events():
                self.count += 1
                found = self._checked(read)
                if found is not None:
                    yield found
        except (Malformed, LimitExceeded) as error:
            self.whole = False
            self._broken(error)
        if self._reader.problems:
            self.refused += 1
            self._note(validation_problem(tuple(self._reader.problems), "the document is no valid EPCIS document"))

    @property
    def document_problems(self) -> tuple[Problem, ...]:
        """What is wrong with the document apart from its events."""
        return tuple(self._reader.problems)

    @property
    def is_single(self) -> bool:
        """Whether the document was one bare event, if anything."""
        return self._reader.head.kind == BARE

    def _checked(self, read: ReadEvent) -> Checked | None:
        problems = list(read.problems)
        if read.event is not None and not problems:
            if not is_storable(instant(read.event.event_time)):
                problems.append(Problem(f"{read.pointer}/eventTime", "is outside the years 2 to 9998"))
            else:
                found = checked(captured(read.event, read.context.prefixes), read.pointer)
                problems += _unfit(found, self._limits)
                if not problems:
                    return found
        self.refused += 1
        self._note(validation_problem(tuple(problems), f"the event at {read.pointer or 'the top'} is not valid"))
        return None

    def _broken(self, error: ZhuoyueError) -> None:
        self.refused += 1
        limit = isinstance(error, LimitExceeded)
        self._note(
            EpcisProblem(
                type=Kind.CAPTURE_LIMIT if limit else Kind.VALIDATION,
                title="Too large" if limit else "Not a document",
                status=413 if limit else 400,
                detail=f"{error.where}: {error.what}" if error.where else error.what,
                advice=error.advice,
            )
        )

    def _note(self, problem: EpcisProblem) -> None:
        if len(self.errors) < self._limits.errors:
            self.errors.append(problem)


def validation_problem(faults: tuple[Problem, ...], title: str) -> EpcisProblem:
    """Faults of a document or event as one problem."""
    places: tuple[Place, ...] = tuple(place_of(fault) for fault in faults)
    detail = "; ".join(f"{place.pointer or '/'}: {place.detail}" for place in places[:5])
    return EpcisProblem(type=Kind.VALIDATION, title=title, status=400, detail=detail, errors=places)


def _unfit(event: Checked, limits: EpcisLimits) -> list[Problem]:
    """What keeps a valid event out of the ledger, whose records are bounded."""
    found = []
    if len(event.text.encode()) + event.text.count('"') + event.text.count("\\") > limits.event_text:
        advice = "state it as several events"
        found.append(Problem(event.pointer, f"an event may have at most {limits.event_text} bytes here", advice))
    if len(event.event_id) > 2_000:
        found.append(Problem(f"{event.pointer}/eventID", "an identifier may have at most 2000 characters"))
    if "\\u0000" in event.text:
        found.append(Problem(event.pointer, "a text holds the character NUL"))
    return found
