"""A TOML file to typed structs; every error names the file, the key (or the line) and what was expected."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

import msgspec

from edge_agent.config.secret import SecretReader, read_secret
from edge_agent.errors import ConfigError
from edge_agent.secret import Secret

T = TypeVar("T", bound=msgspec.Struct)

_PLACE = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<path>[^`]*)`)?$", re.DOTALL)
_INDEX = re.compile(r"(\w+)\[(\d+)\]")


def read_bytes(path: Path, named_by: str) -> bytes:
    """The file's content; ``named_by`` says which file or key asked for it."""
    try:
        return path.read_bytes()
    except OSError as error:
        expected = f"cannot be read ({error.strerror}); expected a TOML file"
        raise ConfigError(str(path), named_by, expected) from None


def parse_toml(content: bytes, file: str, kind: type[T], parse_float: type[float] | type[Decimal] = float) -> T:
    """``content`` as a ``kind``; ConfigError for the first thing that does not fit."""
    try:
        data = tomllib.loads(content.decode("utf-8"), parse_float=parse_float)
    except UnicodeDecodeError as broken:
        line = content[: broken.start].count(b"\n") + 1
        raise ConfigError(file, f"line {line}", "is not UTF-8; save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as broken:
        raise ConfigError(file, *_syntax(str(broken))) from None
    for place, key, known in unknown_keys(data, kind):
        raise ConfigError(file, f"{place}{key}", _unknown(key, known))
    return convert(data, file, kind)


def convert(
    data: Mapping[str, Any], file: str, kind: type[T], within: str = "", secrets: SecretReader = read_secret
) -> T:
    """Typed ``data``; ConfigError names the key below ``within``. Relative paths start at the file's folder."""
    folder = Path(file).absolute().parent

    def special(kind: type[Any], value: Any) -> Any:
        if kind is Path and isinstance(value, str):
            return folder / value
        if kind is Secret:
            return secrets(value, folder)
        raise NotImplementedError  # an error that msgspec states

    try:
        return msgspec.convert(data, kind, dec_hook=special)
    except msgspec.ValidationError as error:
        found = _PLACE.match(str(error))
        assert found is not None
        what, path = found["what"], (found["path"] or "").lstrip(".")
        missing = re.search(r"missing required field `(\w+)`", what)
        if missing:
            path, what = f"{path}.{missing[1]}".lstrip("."), "is missing; this key is required"
        raise ConfigError(file, within + named(path, data), what[:1].lower() + what[1:]) from None


def named(path: str, data: Mapping[str, Any]) -> str:
    """``device[0].poll_ms`` as ``device "cell-1".poll_ms``: names are found sooner than numbers."""

    def name(found: re.Match[str]) -> str:
        entries = data.get(found[1])
        title = _title(entries[int(found[2])]) if isinstance(entries, list) else None
        return f'{found[1]} "{title}"' if title else f"{found[1]} number {int(found[2]) + 1}"

    return _INDEX.sub(name, path, count=1)


def line_of(content: bytes, key: str) -> str:
    """On which line a key of the file stands, in words."""
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1):
        if line.partition("=")[0].strip() == key:
            return f"line {number}"
    return "line 1"


def unknown_keys(data: Any, kind: Any, path: str = "") -> Iterator[tuple[str, str, list[str]]]:
    """(where, key, known keys) of every key that a struct does not have, outermost first."""
    struct = _struct_in(kind)
    if isinstance(data, list):
        for entry in data:
            title = _title(entry)
            yield from unknown_keys(entry, struct, f'{path.rstrip(".")} "{title}".' if title else path)
    elif isinstance(data, dict) and struct is not None:
        fields = {field.encode_name: field.type for field in msgspec.structs.fields(struct)}
        for key, value in data.items():
            if key not in fields:
                yield path, key, list(fields)
            elif _struct_in(fields[key]) is not None:
                yield from unknown_keys(value, fields[key], f"{path}{key}.")


def _title(entry: Any) -> str | None:
    """By what a person knows an entry of a list of tables."""
    title = entry.get("id", entry.get("name")) if isinstance(entry, Mapping) else None
    return title if isinstance(title, str) else None


def _struct_in(kind: Any) -> type[msgspec.Struct] | None:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind
    return next((found for part in get_args(kind) if (found := _struct_in(part)) is not None), None)


def _unknown(key: str, known: list[str]) -> str:
    near = get_close_matches(key, known, n=1)
    if near:
        return f"is not a key here; did you mean {near[0]!r}?"
    return f"is not a key here; expected one of {', '.join(known)}"


def _syntax(message: str) -> tuple[str, str]:
    what, _, place = message.rpartition(" (at ")
    return place.rstrip(")"), f"is not TOML: {what[:1].lower()}{what[1:]}"
