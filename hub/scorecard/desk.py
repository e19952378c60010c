"""The scorecard of a plant is made once for each state of the log and each asker; see ``hub.suppliers.desk``.

Making one reads every result of the plant. Where that takes long, the operator's may be a few times as old as it took
to make; an organisation's never is, for policies are records and begin at minutes.
"""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

import msgspec

from hub.accounts.asker import Asker
from hub.parts import Hub
from hub.scorecard.plant import plant_view
from hub.scorecard.views import PlantView
from hub.store.ledger.batches import log_size

MOST_KEPT = 256
LONG = timedelta(seconds=0.5)
"""What was made quicker is made anew with every batch."""
PATIENCE = 10
MOST_PATIENCE = timedelta(minutes=5)
_TURNS = 16
_Key = tuple[tuple[str, ...], str]


class _Kept(msgspec.Struct, frozen=True):
    view: PlantView
    log_size: int
    began: datetime
    took: timedelta

    def good(self, size: int, now: datetime, *, patient: bool) -> bool:
        same_minute = self.began.replace(second=0, microsecond=0) == now.replace(second=0, microsecond=0)
        if self.log_size == size and same_minute:
            return True
        age = min(self.took * PATIENCE, MOST_PATIENCE) if self.took >= LONG else timedelta(0)
        return patient and timedelta(0) <= now - self.began < age


class CardDesk:
    """Keeps the latest scorecard of each plant and asker, at most ``MOST_KEPT``."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Key, _Kept] = OrderedDict()
        self._turn = threading.Lock()
        self._making = tuple(threading.Lock() for _ in range(_TURNS))

    def view(self, hub: Hub, asker: Asker, plant: str) -> PlantView:
        """The plant as ``asker`` sees it; ``hub`` must be what it may see."""
        key = (asker.eyes, plant)
        with self._making[hash(key) % _TURNS], hub.store.reading() as connection:  # of many who ask at once, one makes
            now, size = hub.clock(), log_size(connection)
            with self._turn:
                kept = self._kept.get(key)
            if kept is None or not kept.good(size, now, patient=asker.is_operator):
                made = plant_view(connection, plant, now)
                kept = _Kept(made, size, now, hub.clock() - now)
            self._keep(key, kept)
            return kept.view

    def forget(self) -> None:
        """Every scorecard is made anew when it is asked for."""
        with self._turn:
            self._kept.clear()

    def _keep(self, key: _Key, kept: _Kept) -> None:
        with self._turn:
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
