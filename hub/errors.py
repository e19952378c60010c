"""Every stated problem of the hub.

::

    ZhuoyueError                 (traceability.errors)
    └── HubError
        ├── BatchRefused         an author's batch is not taken
        │   ├── UnknownAuthor        no key is registered for it
        │   ├── WrongEnvironment     demo, test and production never mix
        │   ├── OutOfOrder           a batch before it is missing; says which one is expected
        │   └── Fork                 the author signed two histories of one chain
        ├── EntryRefused         what a person entered can't be recorded
        ├── NotFound             nothing is known under that id or address
        ├── NotAllowed           the admin token is missing or wrong
        ├── DataDirectory        the folder of the hub is not there, not whole, or of another version
        └── StoreBusy            another writer holds the store for too long; try again
"""

from traceability.errors import ZhuoyueError


class HubError(ZhuoyueError):
    """Root of the hub's stated problems."""


class BatchRefused(HubError):
    """An author's batch is not taken."""


class UnknownAuthor(BatchRefused):
    """No key is registered for the author."""


class WrongEnvironment(BatchRefused):
    """The batch comes from another environment than this hub's."""


class OutOfOrder(BatchRefused):
    """A batch before this one is missing; ``expected_seq`` is the one to send."""

    def __init__(self, what: str, *, expected_seq: int, where: str = "", advice: str = "") -> None:
        super().__init__(what, where=where, advice=advice)
        self.expected_seq = expected_seq


class Fork(BatchRefused):
    """The author signed two histories of one chain."""


class EntryRefused(HubError):
    """What a person entered can't be recorded."""


class NotFound(HubError):
    """Nothing is known under that id or address."""


class NotAllowed(HubError):
    """The admin token is missing or wrong."""


class DataDirectory(HubError):
    """The folder of the hub is not there, not whole, or of another version."""


class StoreBusy(HubError):
    """Another writer holds the store for too long."""
