"""The hub's state as metrics, read when somebody looks: every process on one store says the same of it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from hub.api.health import LEAST_ROOM
from hub.errors import HubError
from hub.fleet.freshness import freshness
from hub.fleet.heard import agent_entries, last_heard
from hub.fleet.views import Freshness
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.fleet.contacts import all_contacts
from hub.store.fleet.operations import StoreCounts, store_counts
from hub.store.master.queries import read_master
from traceability import __version__

_MOMENT_S = 0.2


class _Fleet(msgspec.Struct, frozen=True, kw_only=True):
    """Agents by how fresh they are, when the quietest was heard of, and what they say is waiting on their disks."""

    states: Counter[Freshness]
    quietest: datetime | None
    unsealed: int
    unsent: int


class HubState(Collector):
    """One for a scrape."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def collect(self) -> Iterable[Metric]:
        """One metric after another, of one snapshot."""
        with self._hub.store.reading() as connection:
            counts = store_counts(connection)
            fleet = _fleet(connection, self._hub.clock())
        yield InfoMetricFamily("zhuoyue_hub", "The program.", {"version": __version__})
        yield _ready(self._hub)
        yield from _ledger(counts)
        yield from _agents(fleet)
        yield _rounds(counts)


def _ready(hub: Hub) -> Metric:
    try:
        hub.store.check_writable(_MOMENT_S, LEAST_ROOM)
    except HubError:
        ready = 0
    else:
        ready = 1
    return GaugeMetricFamily("zhuoyue_hub_writable", "1 when the store can be written and has room.", ready)


def _ledger(counts: StoreCounts) -> Iterator[Metric]:
    yield GaugeMetricFamily("zhuoyue_hub_log_size", "Batches in the log.", counts.log_size)
    yield GaugeMetricFamily("zhuoyue_hub_log_cosigned_size", "Batches that a witness vouched for.", counts.cosigned)
    yield GaugeMetricFamily("zhuoyue_hub_store_bytes", "Size of the store.", counts.size)
    yield CounterMetricFamily("zhuoyue_hub_forks", "Second histories of a chain that were refused.", counts.forks)
    yield GaugeMetricFamily("zhuoyue_hub_quarantined", "Records that are set aside.", counts.quarantined)
    if counts.last_batch is not None:
        at = from_micros(counts.last_batch).timestamp()
        yield GaugeMetricFamily("zhuoyue_hub_last_batch_timestamp_seconds", "When the newest batch was taken.", at)


def _agents(fleet: _Fleet) -> Iterator[Metric]:
    agents = GaugeMetricFamily("zhuoyue_hub_agents", "Agents, by how fresh they are.", labels=["state"])
    for state in Freshness:
        agents.add_metric([state.value], fleet.states[state])
    yield agents
    if fleet.quietest is not None:
        yield GaugeMetricFamily(
            "zhuoyue_hub_quietest_agent_timestamp_seconds",
            "When the agent was heard of that was silent for longest.",
            fleet.quietest.timestamp(),
        )
    yield GaugeMetricFamily("zhuoyue_hub_agents_unsealed_records", "Not in a batch yet, on all agents.", fleet.unsealed)
    yield GaugeMetricFamily("zhuoyue_hub_agents_unsent_batches", "Not at the hub yet, on all agents.", fleet.unsent)


def _rounds(counts: StoreCounts) -> Metric:
    leases = GaugeMetricFamily(
        "zhuoyue_hub_round_lease_timestamp_seconds", "Until when a background round has a process.", labels=["round"]
    )
    for name, until in sorted(counts.leases.items()):
        leases.add_metric([name], from_micros(until).timestamp())
    return leases


def _fleet(connection: Reading, now: datetime) -> _Fleet:
    master, contacts = read_master(connection), all_contacts(connection)
    heard = last_heard(connection, master, contacts, now)
    named = [entry.author for entry in agent_entries(master)]
    said = [contacts[author].heartbeat for author in named if author in contacts]
    return _Fleet(
        states=Counter(freshness(heard.get(author), now) for author in named),
        quietest=min((heard[author] for author in named if author in heard), default=None),
        unsealed=sum(one.unsealed or 0 for one in said),
        unsent=sum(one.unsent or 0 for one in said),
    )
