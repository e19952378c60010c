"""What a cycle was made with: recipe, tool, nest, cavity, program, and the operator's pseudonymous id.

Unlike what makes up the result itself these are optional: an empty text and 0 mean none, and what cannot be read is
left out, with a line in the log. A cycle is never lost because a tool could not be named.
"""

import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from edge_agent.acquisition.resolve import Resolved
from edge_agent.drivers.interface import Sample
from firmware_profiles.decode import decode
from firmware_profiles.errors import DecodeFault
from firmware_profiles.format import DataType, Point
from firmware_profiles.handshakes import MADE_WITH_ROLES
from traceability.measurement import Status
from traceability.record.production import MOST_TOOLS, Recipe

_LOG = logging.getLogger(__name__)
_LONGEST = 200
_NUMBERED = ("nest", "cavity", "program")
_PSEUDONYM = re.compile(r"(?=.*[0-9])[0-9A-Za-z._:-]{1,60}", re.ASCII)


class MadeWith(msgspec.Struct, frozen=True):
    """Names as the plant uses them; a nest, cavity or program carries what it is in front: ``nest:3``."""

    recipe: Recipe | None = None
    tools: tuple[str, ...] = ()
    operator: str | None = None

    def beside(self, tools: tuple[str, ...]) -> tuple[str, ...]:
        """The tools with those that are always there, ``tools``, in front; each once."""
        return tuple(dict.fromkeys((*tools, *self.tools)))[:MOST_TOOLS] if self.tools else tools


NOT_TOLD = MadeWith()


def read_made_with(resolved: Resolved, samples: Mapping[str, Sample]) -> MadeWith:
    """What the roles of ``MADE_WITH_ROLES`` say, as far as the profile has them, they were read and say anything."""
    words: dict[str, str] = {}
    for role in MADE_WITH_ROLES:
        name = resolved.roles.get(role)
        sample = None if name is None else samples.get(name)
        if name is not None and sample is not None and sample.raw is not None:
            word = _word(role, resolved.points[name], sample)
            if word:
                words[role] = word
    if not words:
        return NOT_TOLD
    recipe = words.get("recipe")
    tools = [words["tool"]] if "tool" in words else []
    tools += [f"{role}:{words[role]}" for role in _NUMBERED if role in words]
    return MadeWith(
        recipe=None if recipe is None else Recipe(id=recipe, version=words.get("recipe_version")),
        tools=tuple(tools),
        operator=words.get("operator"),
    )


def _word(role: str, point: Point, sample: Sample) -> str:
    """The word of a role, empty for none."""
    try:
        value = None if sample.status is Status.BAD else decode(point, sample.raw)
    except DecodeFault as fault:
        return _left_out(role, point, fault.reason)
    if value is None:
        return _left_out(role, point, "the device reports it as Bad")
    if point.type is DataType.DATETIME and isinstance(value, int):
        return datetime.fromtimestamp(value / 1000, UTC).isoformat(timespec="seconds") if value > 0 else ""
    word = "" if value in (0, False) else str(value).strip()
    if len(word) > _LONGEST - len("program:"):
        return _left_out(role, point, f"{len(word)} characters are too many")
    if role == "operator" and word and not _PSEUDONYM.fullmatch(word):
        return _left_out(role, point, "only a pseudonymous id with a digit is recorded, never a name")
    return word


def _left_out(role: str, point: Point, why: str) -> str:
    _LOG.warning("role %s (point %s) is left out of a result: %s", role, point.name, why)
    return ""
