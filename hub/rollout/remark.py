"""What is wrong with a text, and where: line and column as an editor counts them. Pure."""

import re

import msgspec

_STEP = re.compile(r"(?P<name>[A-Za-z0-9_-]+)(?:\[(?P<place>\d+)\])?")


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """``part`` is the text it is about: text, fillings or plan; lines and columns from 1."""

    part: str = "text"
    line: int
    column: int
    text: str


def at_offset(text: str, offset: int, said: str, part: str = "text") -> Remark:
    """At a character of ``text``."""
    before = text[:offset]
    return Remark(part=part, line=before.count("\n") + 1, column=offset - (before.rfind("\n") + 1) + 1, text=said)


def at_key(text: str, path: str, said: str, part: str = "text") -> Remark:
    """At the key ``device[1].poll_ms`` as far as it can be found in TOML; else at the table, else at the beginning."""
    lines = text.splitlines()
    first, last, line, column = 0, len(lines), 1, 1
    for step in _STEP.finditer(path):
        name, place = step["name"], int(step["place"] or 0)
        heads = [n for n in range(first, last) if re.match(rf"\s*\[\[?\s*([\w.\"-]+\.)?\"?{name}\"?\s*\]", lines[n])]
        if place < len(heads):
            first = heads[place] + 1
            below = re.compile(rf"\s*\[\[?\s*([\w.\"-]+\.)?\"?{name}\"?\s*\.")
            ends = (n for n in range(first, last) if lines[n].lstrip().startswith("[") and not below.match(lines[n]))
            last = next(ends, last)
            line, column = first, 1
            continue
        keys = (n for n in range(first, last) if re.match(rf"\s*\"?{name}\"?\s*[=.]", lines[n]))
        key = next(keys, None)
        if key is not None:
            line, column = key + 1, len(lines[key]) - len(lines[key].lstrip()) + 1
            break
    return Remark(part=part, line=line, column=column, text=said)
