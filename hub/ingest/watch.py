"""Who is told how batches go. Nobody by default."""

from typing import Protocol


class Watch(Protocol):
    """Told from the event loop; it must be quick and may not fail."""

    def took(self, outcome: str, seconds: float, records: int, quarantined: int) -> None:
        """A batch came to an end: ``taken``, ``again``, or the name of what it was refused for."""

    def wrote(self, batches: int, seconds: float) -> None:
        """So many batches were written in one transaction."""


class Nobody:
    """Takes no notice."""

    def took(self, outcome: str, seconds: float, records: int, quarantined: int) -> None:
        """Nothing."""

    def wrote(self, batches: int, seconds: float) -> None:
        """Nothing."""


NOBODY: Watch = Nobody()
