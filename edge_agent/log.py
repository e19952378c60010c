"""Log lines for people and for machines: one line each, ``key=value``, on standard error.

A line names what it is about (device, point, station, hub) and, where something can be done, ``next``.
"""

import json
import logging
from datetime import UTC, datetime
from typing import TextIO

_QUIET = ("asyncua", "pymodbus", "httpx", "httpcore")


def say(logger: logging.Logger, level: int, what: str, **fields: object) -> None:
    """One line; ``fields`` follow it as ``key=value``, those that are None are left out."""
    logger.log(level, what, extra={"fields": fields}, stacklevel=2)


class LineFormatter(logging.Formatter):
    """``time=… level=… what=… key=value …``; texts are quoted where they need it, line breaks never get through."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line; a traceback, where there is one, follows in the same line."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields: dict[str, object] = {"time": time, "level": record.levelname.lower(), "what": record.getMessage()}
        fields |= getattr(record, "fields", {})
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return " ".join(f"{key}={_spelt(value)}" for key, value in fields.items() if value is not None)


def write_log_lines(stream: TextIO, level: int) -> None:
    """Send this process's log lines to ``stream``; libraries speak only when something is badly wrong."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _spelt(value: object) -> str:
    text = str(value)
    plain = text and text.isprintable() and not any(letter in text for letter in ' "=\\')
    return text if plain else json.dumps(text, ensure_ascii=False)
