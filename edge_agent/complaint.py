"""One line when something goes wrong and one when it works again, however often it is tried in between."""

import logging

from edge_agent.log import say


class Complaint:
    """The state of one thing that can be down; ``subject`` are the fields every line of it carries."""

    def __init__(self, logger: logging.Logger, **subject: object) -> None:
        self._logger = logger
        self._subject = subject
        self.current: str | None = None

    def raised(self, what: str, **fields: object) -> None:
        """It does not work; said once, and again only when ``what`` changes."""
        if what != self.current:
            say(self._logger, logging.WARNING, what, **self._subject, **fields)
        self.current = what

    def settled(self, what: str, **fields: object) -> None:
        """It works; said only when it did not before."""
        if self.current is not None:
            say(self._logger, logging.INFO, what, **self._subject, **fields)
        self.current = None
