"""How long a supplier takes to answer what it is told: in hours, the longest; what waits counts on."""

from datetime import timedelta

import msgspec
import pytest
from small_hub import START
from small_incoming import CUSTOMER, SUPPLIER, two_companies
from small_requirements import Table

from hub.notify.act import Actor, change, make
from hub.parts import Hub
from traceability.record.notification import (
    NotificationContent,
    NotificationState,
    NotificationType,
    Severity,
    Side,
    Transition,
)

ASKED = {"name": "answer", "metric": "response", "target": "24", "days": 30}


@pytest.fixture
def table(hub: Hub) -> Table:
    two_companies(hub)
    return Table(hub)


def moved(hub: Hub, told: str, to: NotificationState, side: Side, hours: float) -> None:
    """By somebody of a side, so many hours from now; before now: less than nought."""
    later = msgspec.structs.replace(hub, clock=lambda: START + timedelta(hours=hours))
    change(later, told, Transition(to=to), Actor(side=side, by="q1"))


def sent(hub: Hub, hours: float) -> str:
    content = NotificationContent(
        type=NotificationType.ALERT, severity=Severity.MAJOR, sender=CUSTOMER, receiver=SUPPLIER, title="Crack",
        description="",
    )  # fmt: skip
    told = make(hub, content, "q1").id
    moved(hub, told, NotificationState.SENT, Side.SENDER, hours)
    return told


async def test_hours_until_a_notification_is_acknowledged(hub: Hub, table: Table) -> None:
    identity = await table.propose(ASKED, ASKED | {"name": "soon", "target": "3"})
    assert (await table.figures(identity))["answer"]["verdict"] == "cannot-tell"
    quick, slow = sent(hub, -10), sent(hub, -30)
    moved(hub, quick, NotificationState.ACKNOWLEDGED, Side.RECEIVER, -8)
    moved(hub, slow, NotificationState.ACKNOWLEDGED, Side.RECEIVER, -25.5)
    found = await table.figures(identity)
    assert (found["answer"]["verdict"], found["answer"]["value"], found["answer"]["n"]) == ("met", 4.5, 2)
    assert found["soon"]["verdict"] == "missed"


async def test_what_waits_counts_on_and_what_was_told_before_the_period_does_not(hub: Hub, table: Table) -> None:
    identity = await table.propose(ASKED)
    sent(hub, -24 * 31)
    assert (await table.figures(identity))["answer"]["verdict"] == "cannot-tell"
    sent(hub, -25)
    found = (await table.figures(identity))["answer"]
    assert (found["verdict"], found["value"], found["n"]) == ("missed", 25.0, 1)
