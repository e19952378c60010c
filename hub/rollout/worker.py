"""Beside the serving hub: roll-outs go on as agents report."""

from contextlib import AbstractContextManager

from hub.alone import repeating_alone
from hub.parts import Hub
from hub.rollout.advance import advance

EVERY_S = 5.0


def rolling_out(hub: Hub, every_s: float = EVERY_S) -> AbstractContextManager[None]:
    """Work in a thread until the block is left."""
    return repeating_alone(hub, "roll-outs", lambda: _work(hub), every_s)


def _work(hub: Hub) -> None:
    advance(hub)
