"""Log lines for people and for machines: one line each, on standard error and, where asked for, in a file.

A line names what it is about (device, point, station, hub) and, where something can be done, ``next``. As text it is
``time=… level=… what=… key=value …``; as JSON it is one object with the same keys.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

import msgspec

from edge_agent.errors import AgentError

_QUIET = ("asyncua", "httpcore", "httpx", "llrpkit", "pymodbus", "uvicorn")
"""Libraries that repeat what the agent says itself, with names of their own for everything."""


class LogRule(msgspec.Struct, frozen=True, kw_only=True):
    """``file`` is put aside as ``file.1`` at ``max_bytes``; ``keep`` such files stay. ``json``: objects, not text."""

    file: Path | None = None
    max_bytes: int = 10_000_000
    keep: int = 5
    json: bool = False


def say(logger: logging.Logger, level: int, what: str, **fields: object) -> None:
    """One line; ``fields`` follow it as ``key=value``, those that are None are left out."""
    logger.log(level, what, extra={"fields": fields}, stacklevel=2)


class LineFormatter(logging.Formatter):
    """Texts are quoted where they need it; line breaks never get through."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line; a traceback, where there is one, follows in the same line."""
        return " ".join(f"{key}={_spelt(value)}" for key, value in self.fields_of(record).items())

    def fields_of(self, record: logging.LogRecord) -> dict[str, object]:
        """What the line says, in its order."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields: dict[str, object] = {"time": time, "level": record.levelname.lower(), "what": record.getMessage()}
        fields |= getattr(record, "fields", {})
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return {key: value for key, value in fields.items() if value is not None}


class JsonFormatter(LineFormatter):
    """One JSON object a line; numbers and truth values stay what they are, all else is text."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        return json.dumps(self.fields_of(record), ensure_ascii=False, default=str)


class _LogFile(RotatingFileHandler):
    """A log file whose disk may be full: that is said once on standard error, and the agent goes on."""

    _failed = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002, N802 - the signature is logging's
        if not self._failed:
            self._failed = True
            reason = sys.exc_info()[1]
            print(f"zhuoyue-agent: {self.baseFilename}: log lines cannot be written: {reason}", file=sys.stderr)


def write_log_lines(stream: TextIO, level: int, rule: LogRule | None = None) -> None:
    """Send this process's log lines to ``stream``, and to the rule's file; OSError when that cannot be opened.

    May be called again with another rule. Libraries speak only when something is badly wrong.
    """
    rule = rule or LogRule()
    handlers: list[logging.Handler] = [logging.StreamHandler(stream)]
    if rule.file is not None:
        rule.file.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(_LogFile(rule.file, maxBytes=rule.max_bytes, backupCount=rule.keep, encoding="utf-8"))
    root = logging.getLogger()
    before = root.handlers[:]
    for handler in handlers:
        handler.setFormatter(JsonFormatter() if rule.json else LineFormatter())
    root.handlers[:] = handlers
    root.setLevel(level)
    for old in before:
        if isinstance(old, _LogFile):
            old.close()
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def open_log(level: int, rule: LogRule | None = None) -> None:
    """Write log lines to standard error and to the rule's file; AgentError when that cannot be opened."""
    try:
        write_log_lines(sys.stderr, level, rule)
    except OSError as error:
        raise AgentError(
            f"the log file cannot be written: {error.strerror}",
            where=str(rule.file if rule else ""),
            advice="correct log.file, or give the agent the right to",
        ) from None


def _spelt(value: object) -> str:
    text = str(value)
    plain = text and text.isprintable() and not any(letter in text for letter in ' "=\\')
    return text if plain else json.dumps(text, ensure_ascii=False)
