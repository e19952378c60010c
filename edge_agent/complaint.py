"""One line when something goes wrong and one when it works again, however often it is tried in between."""

import logging

import msgspec

from edge_agent.log import say


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong now, and the error behind it as it was last seen."""

    what: str
    detail: str | None = None


class Complaint:
    """The state of one thing that can be down; ``subject`` are the fields every line of it carries."""

    def __init__(self, logger: logging.Logger, **subject: object) -> None:
        self._logger = logger
        self._subject = subject
        self.trouble: Trouble | None = None

    @property
    def current(self) -> str | None:
        """What is wrong now, in the words of the log."""
        return None if self.trouble is None else self.trouble.what

    def raised(self, what: str, **fields: object) -> None:
        """It does not work; said once, and again only when ``what`` changes."""
        if what != self.current:
            say(self._logger, logging.WARNING, what, **self._subject, **fields)
        error = fields.get("error")
        self.trouble = Trouble(what=what, detail=None if error is None else str(error))

    def settled(self, what: str, **fields: object) -> None:
        """It works; said only when it did not before."""
        if self.trouble is not None:
            say(self._logger, logging.INFO, what, **self._subject, **fields)
        self.trouble = None
