"""What differs between two texts, line by line. Pure."""

from difflib import SequenceMatcher

import msgspec

AROUND = 3
"""Lines that are shown around a difference."""
MOST_LINES = 5_000
"""Of either text; beyond them only the count is told."""


class DiffLine(msgspec.Struct, frozen=True, kw_only=True):
    """``sign`` is '+', '-', ' ' or '…' (lines left out); numbers from 1."""

    sign: str
    before: int | None
    after: int | None
    text: str


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """How many lines came and went, and the lines with those around them; empty when the texts are the same."""

    added: int
    removed: int
    lines: tuple[DiffLine, ...]


def difference(before: str, after: str) -> Difference:
    """From ``before`` to ``after``."""
    old, new = before.splitlines(), after.splitlines()
    if len(old) > MOST_LINES or len(new) > MOST_LINES:
        return Difference(added=len(new), removed=len(old), lines=())
    found: list[DiffLine] = []
    added = removed = 0
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(AROUND):
        if group[0][1] or group[0][3]:
            found.append(DiffLine(sign="…", before=None, after=None, text=""))
        for tag, first, last, new_first, new_last in group:
            if tag == "equal":
                found += [
                    DiffLine(sign=" ", before=first + n + 1, after=new_first + n + 1, text=old[first + n])
                    for n in range(last - first)
                ]
                continue
            removed, added = removed + last - first, added + new_last - new_first
            found += [DiffLine(sign="-", before=n + 1, after=None, text=old[n]) for n in range(first, last)]
            found += [DiffLine(sign="+", before=None, after=n + 1, text=new[n]) for n in range(new_first, new_last)]
    return Difference(added=added, removed=removed, lines=tuple(found))
