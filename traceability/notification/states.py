"""Who may move a notification where (Catena-X traceability: quality notifications, states and roles).

::

    CREATED ──▶ SENT ──▶ RECEIVED ──▶ ACKNOWLEDGED ──▶ ACCEPTED ──▶ CLOSED
       │          │          │               │    └──▶ DECLINED ──▶ CLOSED
       ▼          └──────────┴───────────────┴────────────────────▶ CLOSED
    CANCELED      (SENT may also become ACKNOWLEDGED at once)

Only the sender sends, cancels and closes; only the receiver receives, acknowledges, accepts and declines.
"""

from traceability.record.notification import (
    Change,
    Deadline,
    GuestLink,
    GuestLinkRevoked,
    NotificationState,
    Reminder,
    Side,
    Transition,
)

_S = NotificationState

_NEXT: dict[NotificationState, frozenset[NotificationState]] = {
    _S.CREATED: frozenset({_S.SENT, _S.CANCELED}),
    _S.SENT: frozenset({_S.RECEIVED, _S.ACKNOWLEDGED, _S.CLOSED}),
    _S.RECEIVED: frozenset({_S.ACKNOWLEDGED, _S.CLOSED}),
    _S.ACKNOWLEDGED: frozenset({_S.ACCEPTED, _S.DECLINED, _S.CLOSED}),
    _S.ACCEPTED: frozenset({_S.CLOSED}),
    _S.DECLINED: frozenset({_S.CLOSED}),
    _S.CANCELED: frozenset(),
    _S.CLOSED: frozenset(),
}
_MOVER: dict[NotificationState, Side] = {
    _S.SENT: Side.SENDER,
    _S.CANCELED: Side.SENDER,
    _S.CLOSED: Side.SENDER,
    _S.RECEIVED: Side.RECEIVER,
    _S.ACKNOWLEDGED: Side.RECEIVER,
    _S.ACCEPTED: Side.RECEIVER,
    _S.DECLINED: Side.RECEIVER,
}
ENDED = frozenset({_S.CANCELED, _S.CLOSED})
NEEDS_REASON = frozenset({_S.DECLINED, _S.CLOSED, _S.CANCELED})
_SENDERS_OWN = (Deadline, Reminder, GuestLink, GuestLinkRevoked)


def next_states(state: NotificationState, side: Side) -> tuple[NotificationState, ...]:
    """Where this side may move a notification that is in ``state``, sorted by name."""
    return tuple(sorted(to for to in _NEXT[state] if _MOVER[to] is side))


def objection(state: NotificationState, change: Change, side: Side) -> str | None:
    """Why this side may not do this to a notification that is in ``state``; None when it may."""
    if isinstance(change, Transition):
        return _objection_to_move(state, change, side)
    if isinstance(change, _SENDERS_OWN) and side is not Side.SENDER:
        return "only the sender sets dates and gives out or revokes links"
    return None


def _objection_to_move(state: NotificationState, move: Transition, side: Side) -> str | None:
    to = move.to
    if to not in _MOVER:
        return f"nothing becomes {to}: a notification begins so"
    if _MOVER[to] is not side:
        return f"only the {_MOVER[to]} may move a notification to {to}"
    if to not in _NEXT[state]:
        return f"a notification that is {state} can't become {to}"
    if to in NEEDS_REASON and not move.reason.strip():
        return f"{to} needs a reason"
    return None
