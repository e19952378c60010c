"""What the next start of the agent must know of an enrolment: that a new chain begins, and which batch it cites."""

import os
from pathlib import Path

import msgspec

from traceability.enrolment import LastBatch

_FILE = "succession.json"


class Succession(msgspec.Struct, frozen=True, kw_only=True):
    """``last`` is the last batch of this author that the hub holds."""

    reason: str
    last: LastBatch


def leave_succession(data: Path, succession: Succession) -> None:
    """Keep it for the next start, durably."""
    data.mkdir(parents=True, exist_ok=True)
    half = data / f"{_FILE}.half"
    with half.open("wb") as file:
        file.write(msgspec.json.encode(succession))
        file.flush()
        os.fsync(file.fileno())
    half.replace(data / _FILE)


def find_succession(data: Path) -> Succession | None:
    """What was left, if anything was."""
    try:
        return msgspec.json.decode((data / _FILE).read_bytes(), type=Succession)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def settle_succession(data: Path) -> None:
    """The new chain is open: nothing is left to do."""
    (data / _FILE).unlink(missing_ok=True)
