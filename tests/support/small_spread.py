"""Hubs on several servers for tests that say themselves when rows are moved, and the same work for every hub."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from small_chain import Chain, small_chain
from small_hub import on_servers, small_hub

from hub.parts import Hub
from hub.store.backend.beside import table_digests
from hub.store.spread.store import SpreadStore

UNITS = 8


@contextmanager
def spread_hub(folder: Path, store: Callable[[], str], shards: Callable[[], tuple[str, ...]]) -> Iterator[Hub]:
    """A hub over the servers that give these addresses."""
    with on_servers(store, shards):
        made = small_hub(folder)
    try:
        yield made
    finally:
        made.store.close()


def store_of(hub: Hub) -> SpreadStore:
    assert isinstance(hub.store, SpreadStore)
    return hub.store


def work(hub: Hub, between: Callable[[], object] = lambda: None) -> Chain:
    """The same for every hub: units of two plants in several batches."""
    chain = small_chain(hub)
    for number in range(UNITS):
        chain.make_housing(f"H{number}", 25_000 + number, lot=f"L{number % 3}")
        chain.build_machine(f"M{number}", f"H{number}")
        if number % 3 == 0:
            chain.send()
            between()
    chain.send()
    return chain


def alike(one: Hub, other: Hub) -> bool:
    """Whether every table made from the ledger is the same in both; each hub has a key of its own."""
    with one.store.reading() as here, other.store.reading() as there:
        left, right = table_digests(here), table_digests(there)
    del left["author_key"], right["author_key"]
    return left == right
