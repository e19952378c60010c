"""An agent asks the hub for news, signed as agents sign."""

from datetime import datetime

from small_hub import SmallAgent

from hub.downlink.contact import receive_poll
from hub.parts import Hub
from traceability.downlink import Heartbeat, Poll, seal_poll
from traceability.signing import key_id


def poll(hub: Hub, author: str, at: datetime, beat: Heartbeat | None = None) -> None:
    """One question."""
    asked = Poll(
        author=author,
        hub=key_id(hub.signer.public_key),
        at=at,
        instance="i",
        heartbeat=beat or Heartbeat(version="1", config="c", unsent=3, clock_ahead_ms=40),
    )
    receive_poll(hub, author, seal_poll(asked, SmallAgent(author).signer))
