"""A document from outside becomes checked events and a list of what is wrong; at flat memory, whatever its length."""

from collections.abc import Iterator
from typing import BinaryIO

from hub.epcis.checked import Checked, Outcome, checking
from hub.epcis.limits import LIMITS, EpcisLimits
from hub.epcis.problems import EpcisProblem, Kind, Place, place_of
from traceability.epcis.document import DocumentReader
from traceability.epcis.head import BARE
from traceability.epcis.problem import Problem
from traceability.epcis.reading import open_document
from traceability.epcis.source import Limits
from traceability.epcis.xml_document import XmlDocumentReader
from traceability.errors import LimitExceeded, Malformed, ZhuoyueError


class DocumentEvents:
    """Iterate once; then ``count`` says how many events were read, and ``whole`` whether the text went to its end.

    ``errors`` are the first of what was wrong, ``refused`` counts all.
    """

    def __init__(self, file: BinaryIO, size: int, limits: EpcisLimits = LIMITS, workers: int | None = None) -> None:
        """``workers``: processes that check the events of a long document (None: by what this machine has)."""
        self._file = file
        self._size = size
        self._limits = limits
        self._workers = workers
        self._reader = self._opened(apart=False)
        self.count = 0
        self.refused = 0
        self.errors: list[EpcisProblem] = []
        self.whole = True

    def _opened(self, *, apart: bool) -> DocumentReader | XmlDocumentReader:
        bounds = Limits(document=self._size + 1, value=2 * self._limits.event_text, events=self._limits.capture_events)
        return open_document(self._file, bounds, apart=apart)

    def __iter__(self) -> Iterator[Checked]:
        with checking(self._size, self._limits, self._workers) as checkers:
            if checkers.apart:
                self._reader = self._opened(apart=True)
            try:
                for outcome in checkers.outcomes(self._reader.texts()):
                    self.count += 1
                    if outcome.checked is not None:
                        yield outcome.checked
                    else:
                        self._refuse(outcome)
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

    def _refuse(self, outcome: Outcome) -> None:
        self.refused += 1
        self._note(validation_problem(outcome.problems, f"the event at {outcome.pointer or 'the top'} is not valid"))

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
