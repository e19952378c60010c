"""Who agreed on a requirement hears when it comes to be missed: once, until it is met again; by a record."""

from datetime import timedelta
from typing import Any

import pytest
from small_hub import START, projection_of
from small_incoming import CUSTOMER, PLANT, SUPPLIER, SUPPLIER_PLANT, two_companies
from small_requirements import FPY, Table, made, planned, shares

from hub.accounts.asker import OPERATOR, Asker
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.requirement.watch import Watch
from hub.store.mail.subscriptions import due_messages
from hub.subscription.subscribe import Channel, SubscriptionForm, subscribe
from traceability.record.sharing import DataKind

ALL = (DataKind.EXISTENCE, DataKind.GENEALOGY, DataKind.VERDICTS, DataKind.MEASUREMENTS)
MAIL = SubscriptionForm(channel=Channel.MAIL, address="q7@example.com")


@pytest.fixture
def agents(hub: Hub) -> Any:
    found = two_companies(hub)
    planned(hub, found[1])
    return found


@pytest.fixture
def table(hub: Hub, agents: Any) -> Table:
    found = Table(hub)
    for organisation in (CUSTOMER, SUPPLIER):
        found.seat(organisation)
    return found


def told(hub: Hub) -> list[Any]:
    with hub.store.reading() as connection:
        return due_messages(connection, 2**62, 100)


async def agreed(table: Table, *indicators: dict[str, Any], **changes: Any) -> str:
    identity = str(await table.propose(*indicators, **changes))
    terms = (await table.get(f"/{identity}"))["terms_hash"]
    await table.post(f"/{identity}/agree", party="supplier", by="s1", terms_hash=terms)
    return identity


def units(prefix: str, count: int) -> dict[str, float]:
    return {f"{prefix}{number}": 10.0 for number in range(count)}


@pytest.mark.every_store
async def test_both_sides_hear_once_until_it_was_met_again(hub: Hub, table: Table, agents: Any) -> None:
    ours, theirs = Asker(organisation=CUSTOMER), Asker(organisation=SUPPLIER)
    heard = {
        subscribe(hub, who, form).id
        for who, form in (
            (ours, MAIL),
            (theirs, MAIL),
            (OPERATOR, MAIL),
            (theirs, MAIL.model_copy(update={"plants": [SUPPLIER_PLANT]})),
        )
    }
    subscribe(hub, Asker(organisation="others"), MAIL)
    subscribe(hub, OPERATOR, MAIL.model_copy(update={"plants": ["elsewhere"]}))
    identity = await agreed(table)
    watch = Watch(hub)
    assert (watch.round(), told(hub)) == (1, [])  # nothing can be told: a record says so, no message
    shares(hub, *ALL)
    made(hub, agents[1], units("A", 50), bad=frozenset(f"A{number}" for number in range(10)))
    assert (watch.round(), watch.round()) == (1, 0)
    messages = told(hub)
    assert {one.subscription for one in messages} == heard
    assert all(identity in one.body and "0.8" in one.body and "0.98" in one.body for one in messages)
    assert Watch(hub).round() == 0  # another process sees the same
    made(hub, agents[1], units("B", 950))
    assert (watch.round(), len(told(hub))) == (1, 4)  # met now
    made(hub, agents[1], units("C", 50), bad=frozenset(f"C{number}" for number in range(40)))
    assert (watch.round(), len(told(hub))) == (1, 8)
    steps = (await table.get(f"/{identity}", who=SUPPLIER))["standing"]
    assert [one["standing"] for one in steps] == ["missed", "met", "missed", "cannot-tell"]
    before = projection_of(hub)
    rebuild(hub)
    assert projection_of(hub) == before


async def test_only_what_is_agreed_and_in_force_is_watched(hub: Hub, table: Table, agents: Any) -> None:
    subscribe(hub, OPERATOR, MAIL)
    shares(hub, *ALL)
    made(hub, agents[1], units("A", 50), bad=frozenset(f"A{number}" for number in range(10)))
    await table.propose(FPY)
    later = (START + timedelta(days=400)).date().isoformat()
    await agreed(table, terms={"indicators": [FPY], "valid_from": later})
    assert (Watch(hub).round(), told(hub)) == (0, [])
    replaced = await agreed(table)
    assert (Watch(hub).round(), len(told(hub))) == (1, 1)
    await agreed(table, FPY | {"target": "0.97"}, replaces=replaced)
    assert (Watch(hub).round(), len(told(hub))) == (1, 2)  # other terms are another agreement


async def test_several_that_are_missed_at_once_are_one_message(hub: Hub, table: Table, agents: Any) -> None:
    subscribe(hub, Asker(organisation=SUPPLIER), MAIL)
    await agreed(table, FPY, {"name": "data", "metric": "sharing", "kinds": ["costs"]})
    shares(hub, *ALL)
    made(hub, agents[1], units("A", 50), bad=frozenset(f"A{number}" for number in range(10)))
    assert (Watch(hub).round(), len(told(hub))) == (2, 1)
    assert "costs" in told(hub)[0].body


assert PLANT != SUPPLIER_PLANT
