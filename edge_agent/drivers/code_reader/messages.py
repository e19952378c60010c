"""What a code reader says: bytes to messages, messages to readings. Pure.

No standard rules how readers speak; what they share is: an optional header, the content, a terminator. A reader that
saw a code but could not read it says an agreed text instead (``ERROR``, ``NoRead`` …), which is a reading too. What
is neither a message nor such a text is a stated fault, and the next message is read as if nothing had happened.
"""

import re
from collections.abc import Iterator

import msgspec

from edge_agent.drivers.told_settings import CodeReaderSettings, control_bytes

_AIM = re.compile(rb"\][A-Za-z][0-9A-Za-z]")
_SEQUENCE = re.compile(rb"[0-9]{1,15}")
_LINE_ENDS = b"\r\n"


class ReaderFault(Exception):
    """Bytes that are no reading; the message says why."""


class ReaderRule(msgspec.Struct, frozen=True, kw_only=True):
    """The reader's way to speak, in bytes; ``told_settings.CodeReaderSettings`` says what each means."""

    terminator: bytes = b"\r"
    header: bytes = b""
    no_read: bytes = b"ERROR"
    separator: bytes | None = None
    fields: tuple[str, ...] = ("code",)
    field_separator: bytes = b","
    aim_prefix: bool = False
    symbology: str = ""
    max_length: int = 4096
    heartbeat: bytes | None = None


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One reading; ``code`` is None when nothing was read. ``other`` are the remaining fields as they came."""

    code: bytes | None
    symbology: str = ""
    sequence: int | None = None
    other: dict[str, bytes] = {}
    received: bytes = b""


def rule_of(settings: CodeReaderSettings) -> ReaderRule:
    """The rule in a reader's settings."""
    return ReaderRule(
        terminator=control_bytes(settings.terminator),
        header=control_bytes(settings.header),
        no_read=control_bytes(settings.no_read),
        separator=None if settings.separator is None else control_bytes(settings.separator),
        fields=settings.fields,
        field_separator=control_bytes(settings.field_separator),
        aim_prefix=settings.aim_prefix,
        symbology=settings.symbology,
        max_length=settings.max_length,
        heartbeat=None if settings.heartbeat is None else control_bytes(settings.heartbeat),
    )


class Framer:
    """Cuts a stream of bytes into messages; keeps at most ``max_length`` bytes of an unfinished one."""

    def __init__(self, rule: ReaderRule) -> None:
        self._rule = rule
        self._held = bytearray()
        self._skipping = False

    def feed(self, data: bytes) -> Iterator[bytes | ReaderFault]:
        """The contents of the messages that are complete now, and a fault for what is none."""
        terminator, longest = self._rule.terminator, self._rule.max_length
        self._held += data
        while (end := self._held.find(terminator)) >= 0:
            message = bytes(self._held[:end])
            del self._held[: end + len(terminator)]
            if self._skipping:
                self._skipping = False
            else:
                yield self._content(message)
        if len(self._held) > longest + len(self._rule.header):
            if not self._skipping:
                yield ReaderFault(f"{len(self._held)} bytes without the terminator {terminator!r}; dropped up to it")
            self._skipping = True
            del self._held[: -len(terminator)]

    def cut(self) -> ReaderFault | None:
        """The stream ended; a fault when it ended within a message."""
        lost = 0 if self._skipping else len(self._held.strip(_LINE_ENDS))
        self._held.clear()
        self._skipping = False
        return ReaderFault(f"the connection ended within a message of {lost} bytes or more; dropped") if lost else None

    def _content(self, message: bytes) -> bytes | ReaderFault:
        header = self._rule.header
        if header:
            start = message.rfind(header)
            if start < 0:
                return ReaderFault(f"a message without the header {header!r}: {message[:40]!r}")
            content = message[start + len(header) :]
        else:
            content = message.lstrip(_LINE_ENDS)
        if len(content) > self._rule.max_length:
            return ReaderFault(f"a message of {len(content)} bytes, at most {self._rule.max_length} are expected")
        return content


def parse_message(content: bytes, rule: ReaderRule) -> tuple[Reading, ...]:
    """Every reading of one message, none for a heartbeat; ReaderFault when it is no message of this rule."""
    if rule.heartbeat is not None and content == rule.heartbeat:
        return ()
    if content == rule.no_read:
        return (Reading(code=None, received=content),)
    pieces = [content] if rule.separator is None else content.split(rule.separator)
    return tuple(_reading(piece, rule) for piece in pieces)


def _reading(piece: bytes, rule: ReaderRule) -> Reading:
    if piece == rule.no_read:
        return Reading(code=None, received=piece)
    fields = _fields(piece, rule)
    code = fields.pop("code")
    sequence = _sequence(fields.pop("sequence", None))
    if code == rule.no_read:
        return Reading(code=None, sequence=sequence, other=fields, received=piece)
    symbology = rule.symbology
    if rule.aim_prefix:
        if not _AIM.match(code):
            message = f"no symbology identifier stands before {code[:40]!r}"
            raise ReaderFault(message)
        symbology, code = code[:3].decode("ascii"), code[3:]
    if not code:
        message = f"an empty code in {piece[:40]!r}"
        raise ReaderFault(message)
    return Reading(code=code, symbology=symbology, sequence=sequence, other=fields, received=piece)


def _fields(piece: bytes, rule: ReaderRule) -> dict[str, bytes]:
    """Fields by name; the code keeps whatever stands between those before and those after it."""
    before = rule.fields.index("code")
    after = len(rule.fields) - before - 1
    head = piece.split(rule.field_separator, before)
    tail = head.pop().rsplit(rule.field_separator, after)
    parts = [*head, *tail]
    if len(parts) != len(rule.fields):
        message = f"{len(parts)} fields in {piece[:40]!r}, expected {', '.join(rule.fields)}"
        raise ReaderFault(message)
    return dict(zip(rule.fields, parts, strict=True))


def _sequence(field: bytes | None) -> int | None:
    if field is None:
        return None
    if not _SEQUENCE.fullmatch(field.strip()):
        message = f"the sequence {field[:20]!r} is no number"
        raise ReaderFault(message)
    return int(field)
