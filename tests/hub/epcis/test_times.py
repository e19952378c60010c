"""When events of each batch were is known behind the log: a question about a time reads few and finds the same."""

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_hub import GTIN, START, SmallAgent, small_agent, small_hub

from hub.epcis import times as noting
from hub.epcis.page import From, page_of
from hub.epcis.times import catch_up_times, time_beside
from hub.epcis.walk import Found
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.store.epcis import times
from hub.store.epcis.queries import Restriction
from hub.store.epcis.times import timed_to, windows
from hub.store.ledger.batches import log_size
from hub.store.tables.epcis import epcis_times
from traceability.epcis.matching import matches
from traceability.epcis.query import EventQuery, Predicate
from traceability.identifier.item import unit_uri
from traceability.record.production import AssociationRecord, Component

HOURS = 12
"""Of these batches tell, in no order."""


def sent(hub: Hub, agent: SmallAgent, dice: random.Random, batches: int) -> None:
    """Batches whose results and links are hours apart, late ones among them."""
    for _ in range(batches):
        records = []
        for ahead in range(dice.randrange(1, 4)):
            at = {"event_time": START + timedelta(minutes=dice.randrange(HOURS * 60))}
            stamp = agent.stamp(ahead) | at
            inside = (Component(item=unit_uri(GTIN, f"C{stamp['seq']}")),)
            unit = unit_uri(GTIN, f"U{stamp['seq']}")
            records.append(
                agent.result(f"U{stamp['seq']}", ahead, **at)
                if dice.random() < 0.6
                else AssociationRecord(id=f"a{stamp['seq']}", parent=unit, operation="OP10", components=inside, **stamp)
            )
        ingest(hub, agent.seal(*records), compressed=False)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    made = small_hub(tmp_path_factory.mktemp("times") / "hub")
    sent(made, small_agent(made), random.Random(7), 20)
    yield made
    made.store.close()


def asking(begin: int | None, end: int | None) -> EventQuery:
    """For events from minute ``begin`` to before minute ``end``."""
    bounds = (("GE", begin), ("LT", end))
    return EventQuery(
        predicates=tuple(
            Predicate(
                parameter=f"{op}_eventTime", op=op, field="eventTime", values=(START + timedelta(minutes=minute),)
            )
            for op, minute in bounds
            if minute is not None
        )
    )


def every_page(hub: Hub, query: EventQuery, per_page: int) -> list[Found]:
    with hub.store.reading() as connection:
        begin: From | None = From(until=log_size(connection))
        found: list[Found] = []
        while begin is not None:
            page = page_of(connection, query, begin, per_page)
            found += page.found
            begin = None if page.after is None else From(until=begin.until, after=page.after, given=len(found))
    return found


@pytest.fixture(scope="module")
def every(world: Hub) -> list[Found]:
    """All events, without any bounds."""
    return every_page(world, EventQuery(), 1000)


MINUTES = st.none() | st.integers(-30, HOURS * 60 + 30)


@given(MINUTES, MINUTES, st.integers(0, 30), st.integers(8, 50), st.integers(1, 5))
@settings(max_examples=20)
def test_who_asks_for_a_time_is_told_the_same_however_much_is_noted(  # noqa: PLR0917 - each is drawn
    world: Hub, every: list[Found], begin: int | None, end: int | None, noted: int, per_page: int, most: int
) -> None:
    query = asking(begin, end)
    with world.store.writing() as connection:
        times.forget_times(connection)
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(noting, "BATCHES_AT_ONCE", max(noted, 1))
        changed.setattr(times, "MOST", most)
        catch_up_times(world, min(noted, 1))
        found = every_page(world, query, per_page)
    assert found == [each for each in every if matches(each.event, query)]


def test_only_batches_that_touch_the_time_are_read(world: Hub) -> None:
    catch_up_times(world, 100)
    micros = round(START.timestamp() * 10**6)
    with world.store.reading() as connection:
        size = log_size(connection)
        rows = connection.execute(epcis_times.select()).all()
        hour = Restriction(event_from=micros, event_before=micros + 3600 * 10**6)
        looked = {at for one in windows(connection, hour, 0, size) for at in one.batches or range(one.begin, one.end)}
        touching = {row.batch_id for row in rows if row.earliest < hour.event_before and row.latest >= hour.event_from}
        assert looked == touching
        assert 0 < len(touching) < len(rows)
        never = Restriction(event_from=micros + 10**12)
        assert list(windows(connection, never, 0, size)) == []


@pytest.mark.every_store(spread=True)
def test_times_follow_the_log(hub: Hub, agent: SmallAgent) -> None:
    sent(hub, agent, random.Random(1), 4)
    time_beside(hub)
    query = asking(0, HOURS * 60)
    known = every_page(hub, query, 3)
    sent(hub, agent, random.Random(2), 3)
    assert len(every_page(hub, query, 3)) > len(known), "what is not noted yet is found too"
    everything = every_page(hub, query, 100)
    with hub.store.reading() as connection:
        assert timed_to(connection) < log_size(connection)
    assert catch_up_times(hub, 10)
    assert every_page(hub, query, 100) == everything


def test_times_begin_anew_after_a_rebuild_that_changed_rows(hub: Hub, agent: SmallAgent) -> None:
    sent(hub, agent, random.Random(1), 3)
    query = asking(0, HOURS * 60)
    everything = every_page(hub, query, 100)
    assert catch_up_times(hub, 10)
    with hub.store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM unit_result")
    assert every_page(hub, query, 100) != everything
    assert "unit_result" in rebuild(hub).replaced
    with hub.store.reading() as connection:
        assert timed_to(connection) == 0
    assert catch_up_times(hub, 10)
    assert every_page(hub, query, 100) == everything
