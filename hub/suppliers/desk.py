"""The list of suppliers is made once for each state of the log and each asker, and handed to everybody who asks then.

What an organisation sees depends on policies, which are records, and on the time from which they are valid: so its list
is made anew whenever the log has grown or a minute has begun. The operator's list may be ``PATIENCE_S`` seconds old
while batches come in; it says from when it is.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta

from hub.accounts.asker import Asker
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.ledger.batches import log_size
from hub.suppliers.board import Graded, graded_board
from hub.suppliers.views import SupplierBoard
from traceability.quality.grade import PlantGrade

MOST_ASKERS = 64
PATIENCE_S = 15.0
Eyes = tuple[str, ...]
Make = Callable[[Reading, datetime], Graded]


class SupplierDesk:
    """Keeps the latest list of each asker, of at most ``MOST_ASKERS``."""

    def __init__(self, make: Make = graded_board) -> None:
        self._make = make
        self._known: OrderedDict[Eyes, Graded] = OrderedDict()
        self._turn = threading.Lock()
        self._making: dict[Eyes, threading.Lock] = {}

    def board(self, hub: Hub, asker: Asker) -> SupplierBoard:
        """The list as ``asker`` sees it; ``hub`` must be what it may see."""
        return self._graded(hub, asker).board

    def grades(self, hub: Hub, asker: Asker) -> dict[str, PlantGrade]:
        """The Level of every plant that ``asker`` sees, by id."""
        return self._graded(hub, asker).grades

    def _graded(self, hub: Hub, asker: Asker) -> Graded:
        eyes = asker.eyes
        with self._turn:
            making = self._making.setdefault(eyes, threading.Lock())
        with making, hub.store.reading() as connection:  # of many who ask at once, one makes it
            now, size = hub.clock(), log_size(connection)
            known = self._known.get(eyes)
            if known is None or not _good(known.board, size, now, patient=asker.is_operator):
                known = self._make(connection, now)
            self._keep(eyes, known)
            return known

    def forget(self) -> None:
        """Every list is made anew when it is asked for."""
        with self._turn:
            self._known.clear()

    def _keep(self, eyes: Eyes, graded: Graded) -> None:
        with self._turn:
            self._known[eyes] = graded
            self._known.move_to_end(eyes)
            while len(self._known) > MOST_ASKERS:
                oldest, _ = self._known.popitem(last=False)
                self._making.pop(oldest, None)


def _good(known: SupplierBoard, size: int, now: datetime, *, patient: bool) -> bool:
    same_minute = known.as_of.replace(second=0, microsecond=0) == now.replace(second=0, microsecond=0)
    if known.log_size == size and same_minute:
        return True
    young = timedelta(0) <= now - known.as_of <= timedelta(seconds=PATIENCE_S)
    return patient and young
