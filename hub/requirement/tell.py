"""What a supplier missed becomes a notification to it: the figures as they are now, sent at once."""

from hub.errors import EntryRefused
from hub.notify import act as notify
from hub.notify.views import Made
from hub.parts import Hub
from hub.requirement.fulfil import fulfilment
from hub.requirement.read import find
from hub.requirement.views import Fulfilled, Met
from traceability.record.notification import (
    NotificationContent,
    NotificationState,
    NotificationType,
    Severity,
    Side,
    Transition,
)

_TITLE = 200


def tell(hub: Hub, identity: str, by: str) -> Made:
    """Ask the supplier for causes; ``EntryRefused`` when nothing that is in force is missed."""
    view = fulfilment(hub, identity, "requirement: what was missed", None)
    missed = [one for one in view.indicators if one.verdict is Met.MISSED]
    if not view.in_force or not missed:
        raise EntryRefused(
            "nothing that is agreed and in force is missed",
            where=f"requirement {identity}",
            advice="look at its fulfilment",
        )
    with hub.store.reading() as connection:
        content = find(connection, identity)[1].content
    told = NotificationContent(
        type=NotificationType.INVESTIGATION,
        severity=Severity.MAJOR,
        sender=content.customer,
        receiver=content.supplier,
        title=f"{content.title}: {len(missed)} not met"[:_TITLE],
        description="\n".join([f"{identity}, state of {view.as_of.isoformat()}", *map(_line, missed)]),
        items=notify.canonical([content.part]),
    )
    made = notify.make(hub, told, by)
    notify.change(hub, made.id, Transition(to=NotificationState.SENT), notify.Actor(side=Side.SENDER, by=by))
    return made


def _line(one: Fulfilled) -> str:
    asked, found = one.indicator, "" if one.value is None else f" {one.value:.6g} of n = {one.n},"
    target = "" if asked.target is None else f" target {asked.target};"
    return f"{asked.name} ({asked.metric}):{found}{target} {one.begin} to {one.end}. {one.why}".strip()
