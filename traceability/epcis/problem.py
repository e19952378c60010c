"""What is wrong in a document: where (JSON pointer, RFC 6901), what, and what to do."""

from collections.abc import Iterable

import msgspec

from traceability.errors import ZhuoyueError

MOST_PROBLEMS = 100


class Problem(msgspec.Struct, frozen=True):
    """One fault; ``pointer`` leads from the top of the document, ``""`` is the document itself."""

    pointer: str
    what: str
    advice: str = ""


class Invalid(ZhuoyueError):
    """Well-formed text that is no valid EPCIS; ``problems`` lists all that was found, at most ``MOST_PROBLEMS``."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        more = f" (and {len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        super().__init__(f"{first.what}{more}", where=first.pointer, advice=first.advice)


class Problems:
    """Collects problems while a document is read."""

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, pointer: str, what: str, advice: str = "") -> None:
        """Note a problem; beyond ``MOST_PROBLEMS`` the first ones are enough."""
        if len(self.found) < MOST_PROBLEMS:
            self.found.append(Problem(pointer, what, advice))

    def check(self) -> None:
        """Raise ``Invalid`` when there is any."""
        if self.found:
            raise Invalid(self.found)


def token(name: str) -> str:
    """``name`` as part of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1") if "/" in name or "~" in name else name


def shown(value: object, most: int = 80) -> str:
    """A value as it may stand in a message, cut."""
    text = value if isinstance(value, str) else str(value)
    return repr(text if len(text) <= most else text[:most] + "…")
