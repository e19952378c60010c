"""Is a text one that agents can run by, as far as the hub can tell? Pure; every remark has its line and column.

The hub knows no drivers and no devices: an agent checks in full what comes to it, and refuses what does not hold. What
is found here never gets that far. Nothing secret may be in a text: records stay for ever.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

import msgspec

from firmware_profiles.catalog import load
from firmware_profiles.errors import ProfileError, ProfileInvalid
from hub.errors import EntryRefused
from hub.rollout.fill import EVERY, NAME, PLACE, Values, filled, places, read_values
from hub.rollout.plan_check import plan_remarks
from hub.rollout.remark import Remark, at_key, at_offset
from traceability.downlink import FileRole
from traceability.record.rollout import WRITTEN_PIECE, WRITTEN_PIECES

LONGEST = WRITTEN_PIECE * WRITTEN_PIECES
_SYNTAX = re.compile(
    r"^(?P<what>.*?) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$", re.DOTALL
)
_SECRET = re.compile(r"(password|passphrase|secret|token)$")
_REFERENCE = ("secret:env:", "secret:file:")
_TABLES = ("agent", "hub")


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wrote; ``plan`` is a control plan that goes with a configuration, ``fillings`` its values."""

    plant: str
    role: FileRole
    name: str
    text: str
    fillings: str = ""
    plan: str = ""


def remarks(draft: Draft) -> tuple[Remark, ...]:
    """Everything that is wrong with a draft; nothing when it may be kept."""
    found = [
        Remark(part=part, line=1, column=1, text=f"the text has {len(text)} characters, at most {LONGEST} are kept")
        for part, text in (("text", draft.text), ("fillings", draft.fillings), ("plan", draft.plan))
        if len(text) > LONGEST
    ]
    if found:
        return tuple(found)
    if not draft.text.strip():
        return (Remark(part="text", line=1, column=1, text="there is no text"),)
    return tuple(_BY_ROLE[draft.role](draft))


def _of_profile(draft: Draft) -> Iterator[Remark]:
    yield from _syntax(draft.text, "text")[1]
    try:
        load(draft.name, draft.text)
    except ProfileInvalid as error:
        if _syntax(draft.text, "text")[0] is not None:
            yield at_key(draft.text, error.key, f"{error.key}: {error.expected}")
    except ProfileError as error:
        yield Remark(part="text", line=1, column=1, text=str(error))


def _of_plan(draft: Draft) -> Iterator[Remark]:
    yield from _plan(draft.text, "text", draft.plant)


def _of_configuration(draft: Draft) -> Iterator[Remark]:
    yield from _bad_places(draft.text)
    values, found = _values(draft.fillings)
    yield from found
    if draft.plan.strip():
        yield from _plan(draft.plan, "plan", draft.plant)
    if found or any(_bad_places(draft.text)):
        return
    named = sorted(values.keys() - {EVERY}) or ["agent"]
    seen: set[tuple[int, str]] = set()
    for author in named:
        for remark in _one_agent(draft, values, author, by_name=named != ["agent"]):
            if (remark.line, remark.text) not in seen:
                seen.add((remark.line, remark.text))
                yield remark


_BY_ROLE = {
    FileRole.PROFILE: _of_profile,
    FileRole.CONTROL_PLAN: _of_plan,
    FileRole.CONFIGURATION: _of_configuration,
}


def _one_agent(draft: Draft, values: Values, author: str, *, by_name: bool) -> Iterator[Remark]:
    known = values
    if not by_name:  # nobody is named yet: what has no value is taken as 0, which stands in texts and for numbers
        known = {EVERY: dict.fromkeys(places(draft.text), "0") | dict(values.get(EVERY, {}))}
    try:
        text = filled(draft.text, known, author=author, plant=draft.plant)
    except EntryRefused as error:
        yield Remark(part="fillings", line=1, column=1, text=str(error))
        return
    data, found = _syntax(text, "text")
    yield from found
    if data is None:
        return
    for table in _TABLES:
        if not isinstance(data.get(table), Mapping):
            yield Remark(part="text", line=1, column=1, text=f"the table [{table}] is missing")
    yield from _secrets(draft.text, data)
    agent = data.get("agent")
    written = agent.get("author") if isinstance(agent, Mapping) else None
    if by_name and isinstance(agent, Mapping) and written != author:
        said = f'agent.author is {written!r}, the values are for {author!r}; write author = "${{author}}"'
        yield at_key(draft.text, "agent.author", said)


def _plan(text: str, part: str, plant: str) -> Iterator[Remark]:
    data, found = _syntax(text, part)
    yield from found
    if data is not None:
        yield from plan_remarks(text, data, part, plant)


def _syntax(text: str, part: str) -> tuple[dict[str, object] | None, tuple[Remark, ...]]:
    try:
        return tomllib.loads(text), ()
    except tomllib.TOMLDecodeError as error:
        match = _SYNTAX.match(str(error))
        what = f"not TOML: {match['what'] if match else error}"
        if match is None or match["line"] is None:
            return None, (at_offset(text, len(text), what, part),)
        return None, (Remark(part=part, line=int(match["line"]), column=int(match["column"]), text=what),)


def _values(text: str) -> tuple[Values, tuple[Remark, ...]]:
    found = _syntax(text, "fillings")[1]
    if found:
        return {}, found
    try:
        return read_values(text), ()
    except EntryRefused as error:
        return {}, (Remark(part="fillings", line=1, column=1, text=str(error)),)


def _bad_places(text: str) -> Iterator[Remark]:
    for match in PLACE.finditer(text):
        if not match[0].endswith("}") or not NAME.fullmatch(match[1]):
            yield at_offset(text, match.start(), f"{match[0][:60]!r} is no place; write ${{name}} with a-z, 0-9, '_'")


def _secrets(text: str, data: Mapping[str, object], path: str = "") -> Iterator[Remark]:
    for key, value in data.items():
        for place, inner in enumerate(value) if isinstance(value, list) else ((None, value),):
            here = f"{path}{key}" if place is None else f"{path}{key}[{place}]"
            if isinstance(inner, Mapping):
                yield from _secrets(text, inner, f"{here}.")
            elif isinstance(inner, str) and _SECRET.search(key) and not inner.startswith(_REFERENCE):
                said = f"{here}: a secret may not be written here; say where it is: secret:env:NAME or secret:file:PATH"
                yield at_key(text, here, said)


def file_name(role: FileRole, name: str) -> str:
    """``name`` if it may be that of a file of the role; ``EntryRefused`` otherwise."""
    fits = _NAMES[role].fullmatch(name)
    if fits is None or ".." in PurePosixPath(name).parts:
        raise EntryRefused(f"{name[:80]!r} is no name for it", where="name", advice=_ADVICE[role])
    return name


_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_NAMES = {
    FileRole.CONFIGURATION: _PLAIN,
    FileRole.CONTROL_PLAN: _PLAIN,
    FileRole.PROFILE: re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}/[A-Za-z0-9][A-Za-z0-9._@-]{0,99}\.toml"),
}
_ADVICE = {
    FileRole.CONFIGURATION: "letters, digits, '.', '_' and '-', such as press-lines",
    FileRole.CONTROL_PLAN: "letters, digits, '.', '_' and '-', such as housing",
    FileRole.PROFILE: "vendor/model.toml, as in the folder of profiles",
}
