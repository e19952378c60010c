"""Two processes serve one store; one is killed in the middle, and no acknowledged batch is lost or out of order."""

import signal
import threading
import time
from datetime import timedelta

import httpx
import msgspec
import pytest
from hub_processes import HubProcess
from small_hub import START, SmallAgent, small_agent

from hub.alone import TERM_S, repeating_alone
from hub.audit.fsck import fsck
from hub.parts import Hub
from hub.store.ledger.batches import chain_head
from hub.store.work.rounds import round_holder
from traceability.sync import BATCH_TYPE, BATCHES_PATH

AGENTS, BATCHES, WAIT_S = 3, 12, 120.0


def send_all(agent: SmallAgent, urls: list[str], acknowledged: list[tuple[str, int]]) -> None:
    """As an agent does: the same batch until there is a receipt, at the next address after each failure."""
    at, until = 0, time.monotonic() + WAIT_S
    with httpx.Client(timeout=20) as client:
        for number in range(BATCHES):
            batch = agent.seal(agent.result(f"{agent.author}-{number}"))
            while True:
                assert time.monotonic() < until, "not all was taken in time"
                try:
                    answer = client.post(urls[at] + BATCHES_PATH, content=batch, headers={"Content-Type": BATCH_TYPE})
                    if answer.status_code in (200, 201):
                        break
                    assert answer.status_code == 503, answer.text
                except httpx.HTTPError:
                    time.sleep(0.05)
                at = (at + 1) % len(urls)
            acknowledged.append((agent.author, agent.seq))
            at = (at + number) % len(urls)


@pytest.mark.every_store
def test_one_of_two_is_killed(hub: Hub) -> None:
    agents = [small_agent(hub, f"a.line-{number}") for number in range(AGENTS)]
    first, second = (HubProcess(hub.settings.data, name) for name in ("first", "second"))
    acknowledged: list[tuple[str, int]] = []
    urls = [first.url, second.url]
    senders = [threading.Thread(target=send_all, args=(agent, urls, acknowledged)) for agent in agents]
    try:
        for sender in senders:
            sender.start()
        until = time.monotonic() + WAIT_S
        while len(acknowledged) < AGENTS * BATCHES // 3:
            assert time.monotonic() < until
            time.sleep(0.01)
        first.end(signal.SIGKILL)
        for sender in senders:
            sender.join(WAIT_S)
    finally:
        first.end(signal.SIGKILL)
        second.end(signal.SIGTERM)
    assert sorted(acknowledged) == sorted((agent.author, seq) for agent in agents for seq in range(1, BATCHES + 1))
    with hub.store.reading() as connection:
        for agent in agents:
            head = chain_head(connection, agent.author, agent.chain)
            assert head is not None
            assert (head.seq, head.hash) == (BATCHES, agent.prev)  # each chain whole and in order, by its hashes
    fsck(hub)


@pytest.mark.every_store
def test_a_round_is_done_by_one_process_and_taken_over(hub: Hub) -> None:
    now = [START]
    one = msgspec.structs.replace(hub, clock=lambda: now[0])
    done: list[str] = []
    first = repeating_alone(one, "letters", lambda: done.append("first"), 0.01)
    second = repeating_alone(one, "letters", lambda: done.append("second"), 0.01)
    with first:
        wait_for(lambda: "first" in done)
        with second:
            seen = len(done)
            wait_for(lambda: len(done) > seen + 5)
            assert set(done) == {"first"}
            with hub.store.writing() as connection:  # as if the first had been killed: nobody renews
                connection.exec_driver_sql("UPDATE round_lease SET holder = 'killed'")
            time.sleep(0.5)  # a round that was under way ends
            done.clear()
            time.sleep(0.3)
            assert done == []
            now[0] += timedelta(seconds=TERM_S + 1)
            wait_for(lambda: bool(done))
    with hub.store.reading() as connection:
        assert round_holder(connection, "letters", 0) is None  # given back


def wait_for(condition) -> None:
    until = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)
