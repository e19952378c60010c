"""Every stated problem of the hub.

::

    ZhuoyueError                 (traceability.errors)
    └── HubError
        ├── BatchRefused         an author's batch is not taken
        │   ├── UnknownAuthor        no key is registered for it
        │   ├── KeyRevoked           its key counts no more
        │   ├── WrongEnvironment     demo, test and production never mix
        │   ├── OutOfOrder           a batch before it is missing; says which one is expected
        │   └── Fork                 the author signed two histories of one chain
        ├── TokenRefused         an enrolment token is unknown, used or over
        ├── PollRefused          an agent asked with a time that is past or far off
        ├── PictureUnknown       a file of a picture that no record of the sender's organisation names
        ├── EntryRefused         what a person entered can't be recorded
        ├── NotFound             nothing is known under that id or address
        ├── NotAllowed           a token is missing, wrong, revoked or over
        ├── ScopeMissing         who asks is known, and may not do this
        ├── ProviderTrouble      the identity provider can't be reached, or says what can't be believed
        ├── DataDirectory        the folder of the hub is not there, not whole, or of another version
        ├── StoreBusy            another writer holds the store for too long; try again
        ├── StoreFull            the disk has no room; nothing was stored
        ├── ColdTrouble          a file of the cold tier is away, or not as it was written
        ├── StoreGone            the database server does not answer, or the connection broke; try again
        ├── StoreMoved           the hub lives in another database by now; its processes have to be started again
        └── TooBusy              there is more under way than memory is set aside for; come again later
"""

from traceability.errors import ZhuoyueError


class HubError(ZhuoyueError):
    """Root of the hub's stated problems."""


class BatchRefused(HubError):
    """An author's batch is not taken."""


class UnknownAuthor(BatchRefused):
    """No key is registered for the author."""


class KeyRevoked(BatchRefused):
    """The author's key counts no more, from the log position before this batch on."""


class TokenRefused(HubError):
    """An enrolment token is unknown, was used by another key, or is over."""


class PollRefused(HubError):
    """An agent asked with a time that is past, or too far from the hub's."""


class PictureUnknown(HubError):
    """No record of the sender's organisation names this picture, or not yet."""


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
    """A token is missing, wrong, revoked or over."""


class ScopeMissing(HubError):
    """Who asks is known, and may not do this."""


class ProviderTrouble(HubError):
    """The identity provider can't be reached, or says what can't be believed."""


class DataDirectory(HubError):
    """The folder of the hub is not there, not whole, or of another version."""


class StoreBusy(HubError):
    """Another writer holds the store for too long."""


class StoreFull(HubError):
    """The disk has no room; nothing was stored."""


class ColdTrouble(HubError):
    """A file of the cold tier is away, or is not as it was written; nothing is answered from it."""


class StoreGone(HubError):
    """The database server does not answer, or the connection broke; what was not acknowledged may be sent again."""


class StoreMoved(HubError):
    """The hub lives in another database by now; nothing is written here any more."""


class TooBusy(HubError):
    """There is more under way than memory is set aside for; ``own`` when it is the sender's own share that is used up.

    ``after_s`` is when to come again, in whole seconds.
    """

    def __init__(self, what: str, *, own: bool, after_s: int, where: str = "", advice: str = "") -> None:
        super().__init__(what, where=where, advice=advice)
        self.own = own
        self.after_s = after_s
