"""Values put into one table of a configuration; every other byte of the file stays, comments too."""

import json
import re
import tomllib
from collections.abc import Mapping

from edge_agent.errors import ConfigError

_HEADER = re.compile(r"^\s*\[")


def patched(text: str, table: str, values: Mapping[str, str | list[str]], file: str) -> str:
    """The text with ``values`` in ``[table]``; ConfigError when the file's shape doesn't let them be put there."""
    lines = text.splitlines(keepends=True)
    begin = next(
        (at for at, line in enumerate(lines) if re.match(rf"^\s*\[{re.escape(table)}\]\s*(#.*)?$", line)), None
    )
    if begin is None:
        block = "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in values.items())
        first = next((at for at, line in enumerate(lines) if line.lstrip().startswith("[[")), len(lines))
        result = "".join([*lines[:first], f"[{table}]\n{block}\n", *lines[first:]])
    else:
        after = range(begin + 1, len(lines))
        end = next((at for at in after if _HEADER.match(lines[at])), len(lines))
        result = "".join([*lines[: begin + 1], *_set(lines[begin + 1 : end], values), *lines[end:]])
    _check(text, result, table, values, file)
    return result


def _set(lines: list[str], values: Mapping[str, str | list[str]]) -> list[str]:
    missing = dict(values)
    changed = []
    for line in lines:
        match = re.match(r"^(\s*)([A-Za-z0-9_]+)\s*=", line)
        if match and match[2] in missing:
            comment = re.search(r"\s+#[^\"']*$", line)
            spelt = json.dumps(missing.pop(match[2]), ensure_ascii=False)
            changed.append(f"{match[1]}{match[2]} = {spelt}{comment[0].rstrip() if comment else ''}\n")
        else:
            changed.append(line)
    new = [f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in missing.items()]
    return [*new, *changed]


def _check(before: str, after: str, table: str, values: Mapping[str, str | list[str]], file: str) -> None:
    """Nothing but these values has changed, as a TOML reader sees it."""
    expected = tomllib.loads(before)
    expected[table] = expected.get(table, {}) | dict(values)
    try:
        found = tomllib.loads(after)
    except tomllib.TOMLDecodeError:
        found = None
    if found != expected:
        wanted = ", ".join(f"{key} = {json.dumps(value)}" for key, value in values.items())
        raise ConfigError(file, table, f"cannot be changed by this command; write there yourself: {wanted}")
