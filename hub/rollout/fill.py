"""One text for many agents: places ``${name}`` that a table of values fills for each. Pure.

Values are TOML: a table an agent (``["plant.line-1"]``) and ``[all]`` for those it leaves out. ``author`` and ``plant``
are known without being written.
"""

import re
import tomllib
from collections.abc import Mapping

from hub.errors import EntryRefused

PLACE = re.compile(r"\$\{([^}\n]*)\}?")
NAME = re.compile(r"[a-z_][a-z0-9_]{0,59}")
EVERY = "all"
_BREAKING = re.compile(r'["\\\x00-\x1f\x7f]')
Values = Mapping[str, Mapping[str, str]]


def read_values(text: str) -> Values:
    """The tables in ``text``; ``EntryRefused`` names what is none. ``tomllib.TOMLDecodeError`` where it is not TOML."""
    found: dict[str, dict[str, str]] = {}
    for agent, table in tomllib.loads(text).items():
        if not isinstance(table, dict):
            raise EntryRefused(
                f"{agent!r} is no table", where="values", advice='write ["plant.line-1"], then its values'
            )
        found[agent] = {name: _written(agent, name, value) for name, value in table.items()}
    return found


def places(text: str) -> frozenset[str]:
    """The names of the places in ``text``."""
    return frozenset(match[1] for match in PLACE.finditer(text))


def filled(text: str, values: Values, *, author: str, plant: str) -> str:
    """``text`` as the agent ``author`` gets it; ``EntryRefused`` names a place without a value."""
    known = {**values.get(EVERY, {}), **values.get(author, {}), "author": author, "plant": plant}

    def value(match: re.Match[str]) -> str:
        if match[1] not in known:
            raise EntryRefused(
                f"${{{match[1][:60]}}} has no value for {author!r}",
                where="values",
                advice="write one for it or for [all]",
            )
        return known[match[1]]

    return PLACE.sub(value, text)


def _written(agent: str, name: str, value: object) -> str:
    where = f"values of {agent[:80]}"
    if not NAME.fullmatch(name):
        raise EntryRefused(f"{name[:60]!r} is no name of a place", where=where, advice="use a-z, 0-9 and '_'")
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str | int | float):
        raise EntryRefused(f"{name!r} is neither a text nor a number", where=where, advice="write a plain value")
    text = str(value)
    if _BREAKING.search(text):
        raise EntryRefused(
            f"{name!r} holds a quotation mark, a backslash or a control character",
            where=where,
            advice="put it into the text itself",
        )
    return text
