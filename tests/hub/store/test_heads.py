"""The last batch of each author is found by the heads of its chains, whichever chain went on last."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from counted import statements
from small_hub import START, SmallAgent, small_agent, small_hub

from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.store.ledger.heads import last_of_authors

A, B, SILENT = "a.line-1", "b.line-1", "c.line-1"


class Ticking:
    """A hub whose clock goes on by a minute with every batch."""

    def __init__(self, folder: Path) -> None:
        self._at = START
        made = small_hub(folder)
        self.hub: Hub = msgspec.structs.replace(made, clock=lambda: self._at)
        self.agents = {author: small_agent(made, author, f"plant-{author[0]}") for author in (A, B, SILENT)}

    def send(self, agent: SmallAgent) -> datetime:
        self._at += timedelta(minutes=1)
        ingest(self.hub, agent.seal(agent.result(f"{agent.chain[:4]}-{agent.seq}")), compressed=False)
        return self._at


@pytest.fixture
def ticking(tmp_path: Path) -> Iterator[Ticking]:
    made = Ticking(tmp_path / "hub")
    yield made
    made.hub.store.close()


def test_the_last_batch_of_each_author_over_its_chains(ticking: Ticking) -> None:
    one, other = ticking.agents[A], ticking.agents[B]
    chains = [one, *(SmallAgent(A, chain=f"{number:032x}") for number in (1, 2))]
    for _ in range(3):
        for chain in chains:
            ticking.send(chain)
    last = {B: ticking.send(other), A: ticking.send(chains[1])}
    with ticking.hub.store.reading() as connection:
        with statements() as asked:
            assert last_of_authors(connection, [A, B, SILENT, "nobody"]) == last
        assert len(asked) == 2
        assert last_of_authors(connection, [SILENT]) == {}
