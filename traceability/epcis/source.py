"""A JSON document read value by value from a stream, at flat memory, with the byte where it went wrong."""

import codecs
import json
from collections.abc import Callable
from typing import Any, BinaryIO

import msgspec

from traceability.epcis.hostile import Parser, hostile_parts
from traceability.epcis.problem import Problems, shown
from traceability.errors import LimitExceeded, Malformed

_BLANK = " \t\n\r"
_CHUNK = 1 << 18
_PLAIN = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str).raw_decode


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds against hostile documents: bytes of the whole, of one event or other value, and number of events."""

    document: int = 4 << 30
    value: int = 4 << 20
    events: int = 10_000_000


class JsonSource:
    """Text of a document with a cursor. Errors name the byte; a value is never larger than ``limits.value``."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self._file = file
        self._limits = limits
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._parser = Parser()
        self._text = ""
        self._at = 0
        self._bytes = 0
        self._ended = False

    def peek(self) -> str:
        """The next character that is not blank; empty at the end."""
        while True:
            text, at, end = self._text, self._at, len(self._text)
            while at < end and text[at] in _BLANK:
                at += 1
            self._at = at
            if at < end:
                return text[at]
            if self._ended:
                return ""
            self._more()

    def take(self, character: str) -> None:
        """Step over ``character``, which must come next."""
        found = self.peek()
        if found != character:
            raise self.malformed(f"{shown(character)} was expected, not {shown(found) if found else 'the end'}")
        self._at += 1

    def value(self, at: str, problems: Problems) -> Any:
        """The next value; what must not be in it is noted below the pointer ``at``."""
        self.peek()
        value, end = self._parsed(self._parser.read)
        begin, self._at = self._at, end
        _note_hostile(value, self._parser, self._text, begin, end, at, problems)
        return value

    def text(self) -> str:
        """The text of the next value, of which only the end was looked for: ``read_text`` reads it."""
        self.peek()
        _, end = self._parsed(_PLAIN)
        begin, self._at = self._at, end
        return self._text[begin:end]

    def malformed(self, what: str) -> Malformed:
        """The error that ``what`` is wrong at the cursor."""
        pending = len(self._text[self._at :].encode())
        return Malformed(what, where=f"byte {max(self._bytes - pending, 0)}", advice="the document is not JSON")

    def _parsed(self, read: Callable[[str, int], tuple[Any, int]]) -> tuple[Any, int]:
        while True:
            try:
                value, end = read(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._ended:
                    self._at = min(error.pos, len(self._text))
                    raise self.malformed(error.msg) from None
            except RecursionError:
                raise LimitExceeded("nested too deep", where=self.malformed("").where) from None
            else:
                if self._ended or end < len(self._text) or self._text[end - 1] in '"}]':
                    return value, end
            if len(self._text) - self._at > self._limits.value:
                raise LimitExceeded(f"a value has more than {self._limits.value} bytes", where=self.malformed("").where)
            self._more()

    def _more(self) -> None:
        chunk = self._file.read(max(_CHUNK, len(self._text) - self._at))
        if not self._bytes:
            chunk = chunk.removeprefix(codecs.BOM_UTF8)
        self._bytes += len(chunk)
        if self._bytes > self._limits.document:
            raise LimitExceeded(f"the document has more than {self._limits.document} bytes")
        try:
            text = self._decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            raise Malformed("not UTF-8", where=f"byte {self._bytes - len(chunk) + error.start}") from None
        self._text = self._text[self._at :] + text
        self._at = 0
        self._ended = not chunk


def read_text(text: str, at: str, parser: Parser, problems: Problems) -> Any:
    """The value of a text that ``JsonSource.text`` gave; what must not be in it is noted below the pointer ``at``."""
    value, end = parser.read(text, 0)
    _note_hostile(value, parser, text, 0, end, at, problems)
    return value


def _note_hostile(  # noqa: PLR0917 - where the value stands in the text, and where it stands in the document
    value: Any, parser: Parser, text: str, begin: int, end: int, at: str, problems: Problems
) -> None:
    surrogates = text.find("\\ud", begin, end) >= 0 or text.find("\\uD", begin, end) >= 0
    if parser.marked or surrogates:
        parser.marked = False
        for problem in hostile_parts(value, at):
            problems.add(problem.pointer, problem.what, problem.advice)
