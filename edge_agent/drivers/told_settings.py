"""Settings of the sources that tell results: folders of files and code readers. Checked before anything connects."""

import re
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from edge_agent.drivers.setting_types import Port, Seconds

Duration = Annotated[float, msgspec.Meta(gt=0, le=3600)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Encoding = Literal["utf-8", "utf-8-sig", "gb18030", "gbk", "latin-1", "cp1252", "ascii", "shift_jis", "utf-16"]
Offset = Annotated[str, msgspec.Meta(pattern=r"^[+-](0[0-9]|1[0-4]):[0-5][0-9]$")]
Plain = Annotated[str, msgspec.Meta(pattern=r"^[^/\\]+$", max_length=60)]

_ESCAPES = {"r": "\r", "n": "\n", "t": "\t", "0": "\0", "\\": "\\"}
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|.)", re.DOTALL)


def control_bytes(text: str) -> bytes:
    """A setting's text as bytes; ``\\r`` ``\\n`` ``\\t`` ``\\0`` ``\\\\`` and ``\\x02`` stand for control characters.

    TOML writes control characters too; both spellings mean the same. ValueError for any other escape.
    """

    def plain(found: re.Match[str]) -> str:
        code = found[1]
        if code[0] == "x" and len(code) == 3:
            return chr(int(code[1:], 16))
        if code not in _ESCAPES:
            message = f"\\{code} is no escape; write \\r \\n \\t \\0 \\\\ or \\x and two digits"
            raise ValueError(message)
        return _ESCAPES[code]

    return _ESCAPE.sub(plain, text).encode("latin-1")


class FolderSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A folder into which a machine writes result files.

    ``pattern`` picks files by name, whatever the case. A file is complete when size and time of change have not moved
    for ``settle_s``; with ``marker`` (such as ``.done``) also only once a file of its name plus that ending is there.
    One that cannot be read is given ``patience_s`` more, for a slow writer, and is then put into ``bad`` with the
    reason beside it. A file whose results are all durable goes to ``done``. ``utc_offset`` and ``time_format``
    (strptime) are how the device writes its local time; without them a time must be ISO 8601 with its zone.
    ``decimal`` is its decimal sign.
    """

    folder: Path
    pattern: Plain = "*"
    marker: Plain | None = None
    settle_s: Duration = 1.0
    patience_s: Duration = 30.0
    look_every_s: Duration = 0.5
    max_bytes: Annotated[int, msgspec.Meta(ge=1, le=256 * 1024 * 1024)] = 16 * 1024 * 1024
    done: Plain = "done"
    bad: Plain = "bad"
    utc_offset: Offset | None = None
    time_format: Text | None = None
    decimal: Literal[".", ","] = "."


class CsvFolderSettings(FolderSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Files of comma-separated values, see ``files.csv_result``."""

    pattern: Plain = "*.csv"
    encoding: Encoding = "utf-8-sig"
    delimiter: Annotated[str, msgspec.Meta(min_length=1, max_length=1)] = ","
    skip: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0
    columns: tuple[Text, ...] = ()
    final_newline: bool = True


class JsonFolderSettings(FolderSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """JSON files, see ``files.json_result``."""

    pattern: Plain = "*.json"
    encoding: Encoding = "utf-8-sig"
    results: str = ""
    lines: bool = False


class AqdefFolderSettings(FolderSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """AQDEF files, see ``files.aqdef``; a ``.dfx`` is complete together with the ``.dfd`` of its name."""

    pattern: Plain = "*.df[qx]"
    encoding: Encoding = "latin-1"
    time_format: Text | None = "%d.%m.%Y/%H:%M:%S"


class CodeReaderSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a code reader speaks, whatever carries it.

    Texts may hold control characters, see ``control_bytes``. A message is ``header``, content, ``terminator``; several
    codes in it are divided by ``separator``. Each of them is ``fields`` divided by ``field_separator``, one field
    being ``code``; ``sequence`` is the reader's own count of readings. ``no_read`` is what it says when it read
    nothing. With ``aim_prefix`` every code begins with its symbology identifier (``]d2``), else ``symbology`` is what
    the reader is set to read. ``trigger`` makes it *pull*: the command that asks for one reading, answered within
    ``timeout_s``; ``release`` is sent when no answer came. ``heartbeat`` is a message that only says it is alive, and
    ``silence_s`` the time without any byte after which the reader counts as gone.
    """

    terminator: Text = "\\r"
    header: str = ""
    no_read: Text = "ERROR"
    separator: Text | None = None
    fields: tuple[Text, ...] = ("code",)
    field_separator: Text = ","
    aim_prefix: bool = False
    symbology: Annotated[str, msgspec.Meta(pattern=r"^(\][A-Za-z][0-9A-Za-z])?$")] = ""
    max_length: Annotated[int, msgspec.Meta(ge=1, le=65536)] = 4096
    trigger: Text | None = None
    release: Text | None = None
    heartbeat: Text | None = None
    silence_s: Duration | None = None
    timeout_s: Seconds = 2.0

    def __post_init__(self) -> None:
        for name in (
            "terminator",
            "header",
            "no_read",
            "separator",
            "field_separator",
            "trigger",
            "release",
            "heartbeat",
        ):
            text = getattr(self, name)
            if text is not None:
                _check_control(name, text)
        if self.fields.count("code") != 1 or len(set(self.fields)) != len(self.fields):
            message = "fields: expected different names, one of them 'code'"
            raise ValueError(message)


class CodeReaderTcpSettings(CodeReaderSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code reader on the network: the agent connects to it, or with ``listen`` waits at that address for it."""

    host: Text
    port: Port
    listen: bool = False


class CodeReaderSerialSettings(CodeReaderSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code reader on a serial line; ``device`` is ``COM3`` or ``/dev/ttyUSB0``."""

    device: Text
    baud: Annotated[int, msgspec.Meta(ge=300, le=4_000_000)] = 9600
    data_bits: Literal[7, 8] = 8
    parity: Literal["none", "even", "odd"] = "none"
    stop_bits: Literal[1, 2] = 1


def _check_control(name: str, text: str) -> None:
    try:
        control_bytes(text)
    except UnicodeEncodeError:
        message = f"{name}: expected characters of one byte"
        raise ValueError(message) from None
    except ValueError as wrong:
        message = f"{name}: {wrong}"
        raise ValueError(message) from None
