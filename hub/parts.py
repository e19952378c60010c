"""What a running hub is made of. Built once in ``composition`` and handed to whoever needs it; there are no globals."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from hub.settings import Settings
from hub.store.core.database import Store
from traceability.signing import Signer

Clock = Callable[[], datetime]
RandomBytes = Callable[[int], bytes]


class Hub(msgspec.Struct, frozen=True, kw_only=True):
    """``signer`` signs as author and for receipts, ``log_signer`` signs checkpoints.

    ``clock`` gives the time in UTC, ``random_bytes(n)`` n unguessable bytes.
    """

    settings: Settings
    store: Store
    signer: Signer
    log_signer: Signer
    clock: Clock
    random_bytes: RandomBytes
