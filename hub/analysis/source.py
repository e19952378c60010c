"""Everything that a comparison reads comes from here: one state of the log, as far as the reader may see it.

What may be seen is decided before: the connection is that of ``hub.store.reading()``.
"""

from hub.store.core.database import Reading
from hub.store.ledger.batches import log_size
from hub.store.master.queries import Master, read_master
from hub.trace.known import Known, Moment


class Source:
    """The store as it stood at the beginning of the question."""

    def __init__(self, connection: Reading) -> None:
        self.connection = connection
        self.log_size = log_size(connection)
        self.known = Known(connection, Moment(log_size=self.log_size))
        self.master: Master = read_master(connection)
