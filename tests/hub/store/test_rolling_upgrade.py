"""From one version of the program to the next while agents send: no batch is refused, lost, doubled or out of order."""

import re
import shutil
import signal
import threading
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from hub_processes import NEXT_TABLE, NEXT_VERSION, WAIT_S, HubProcess
from small_hub import SmallAgent, projection_of, small_agent
from sqlalchemy import inspect, text

from hub.audit.fsck import fsck
from hub.errors import DataDirectory
from hub.parts import Hub
from hub.store.backend.schema import MIGRATIONS, upgrade
from hub.store.ledger.batches import chain_head, log_size
from traceability.sync import BATCH_TYPE, BATCHES_PATH, open_receipt

AGENTS, MORE, PAUSE_S = 3, 2, 0.1
NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{before}"
additive = True


def upgrade():
    op.add_column("batch", sa.Column("added_next", sa.Text()))


def downgrade():
    raise NotImplementedError
"""


@dataclass
class Sender:
    """As an agent does: the same batch until there is a receipt, at the next address after each failure."""

    agent: SmallAgent
    urls: list[str]
    hub_key: bytes
    indexes: list[int] = field(default_factory=list)
    taken_by: Counter[str] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)
    ending: threading.Event = field(default_factory=threading.Event)
    failed: list[Exception] = field(default_factory=list)

    def run(self) -> None:
        try:
            with httpx.Client(timeout=20) as client:
                while not self.ending.is_set():
                    batch = self.agent.seal(self.agent.result(f"{self.agent.author}-{self.agent.next_record}"))
                    self.indexes.append(self._send(client, batch))
                    time.sleep(PAUSE_S)
        except Exception as error:  # noqa: BLE001 - told to the test, which ends with it
            self.failed.append(error)

    def _send(self, client: httpx.Client, batch: bytes) -> int:
        until = time.monotonic() + WAIT_S
        for attempt in range(100_000):
            assert time.monotonic() < until, f"batch {self.agent.seq} of {self.agent.author} is not taken"
            url = self.urls[(len(self.indexes) + attempt) % len(self.urls)]
            try:
                answer = client.post(url + BATCHES_PATH, content=batch, headers={"Content-Type": BATCH_TYPE})
            except httpx.HTTPError:
                time.sleep(0.02)
                continue
            self.answers[answer.status_code] += 1
            if answer.status_code in (200, 201):
                self.taken_by[url] += 1
                return open_receipt(answer.content, self.hub_key).log_index
            assert answer.status_code == 503, answer.text  # "come again": all else would be for good
            time.sleep(0.02)
        raise AssertionError


@dataclass
class Sending:
    senders: list[Sender]

    def goes_on(self, url: str | None = None) -> None:
        """Until each agent has some more receipts, from this address if one is given."""
        before = [self._count(sender, url) for sender in self.senders]
        until = time.monotonic() + WAIT_S
        while any(self._count(each, url) < old + MORE for each, old in zip(self.senders, before, strict=True)):
            assert time.monotonic() < until, "no more is taken"
            assert not any(sender.failed for sender in self.senders), [sender.failed for sender in self.senders]
            time.sleep(0.01)

    @staticmethod
    def _count(sender: Sender, url: str | None) -> int:
        return len(sender.indexes) if url is None else sender.taken_by[url]


@contextmanager
def sending(hub: Hub, urls: list[str]):
    """Agents that send all the time; when the block is left everything they sealed has a receipt and is there once."""
    agents = [small_agent(hub, f"a.line-{number}") for number in range(AGENTS)]
    with hub.store.reading() as connection:
        before = log_size(connection)
    senders = [Sender(agent, urls, hub.signer.public_key) for agent in agents]
    threads = [threading.Thread(target=sender.run) for sender in senders]
    for thread in threads:
        thread.start()
    try:
        yield Sending(senders)
    finally:
        for sender in senders:
            sender.ending.set()
        for thread in threads:
            thread.join(WAIT_S)
    check_everything_is_there_once(hub, senders, before)


def check_everything_is_there_once(hub: Hub, senders: list[Sender], before: int) -> None:
    assert not any(sender.failed for sender in senders)
    with hub.store.reading() as connection:
        for sender in senders:
            head = chain_head(connection, sender.agent.author, sender.agent.chain)
            assert head is not None
            assert (head.seq, head.hash) == (sender.agent.seq, sender.agent.prev)
            assert len(sender.indexes) == head.seq
            assert sender.indexes == sorted(set(sender.indexes))
        size = log_size(connection)
    assert size == before + sum(len(sender.indexes) for sender in senders)
    told = sorted(index for sender in senders for index in sender.indexes)
    assert told == list(range(before, size))
    assert fsck(hub).size == size


def is_next(url: str) -> bool:
    return NEXT_VERSION in httpx.get(f"{url}/metrics", timeout=WAIT_S).text


def before_last() -> str:
    """The revision before the newest step that an older program can't live with."""
    texts = [path.read_text() for path in sorted((MIGRATIONS / "versions").glob("r*.py"))]
    last = next(text for text in reversed(texts) if "additive = False" in text)
    found = re.search(r'^down_revision = "(\d+)"', last, re.MULTILINE)
    assert found is not None
    return found[1]


def next_scripts(folder: Path) -> Path:
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    head = max(path.stem[1:5] for path in (folder / "versions").glob("r*.py"))
    (folder / "versions" / "r9001_next.py").write_text(NEXT.format(before=head))
    return folder


@pytest.mark.every_store
def test_one_process_after_the_other_becomes_the_next_version(hub: Hub, tmp_path: Path) -> None:
    scripts, data = next_scripts(tmp_path / "scripts"), hub.settings.data
    with ExitStack() as stack:
        one, two = HubProcess(data, "one"), HubProcess(data, "two")
        running = [one, two]
        stack.callback(lambda: [process.end(signal.SIGKILL) for process in running])
        urls = [one.url, two.url]
        with sending(hub, urls) as sent:
            sent.goes_on()
            assert one.end() in (0, -signal.SIGTERM)
            sent.goes_on(urls[1])
            running[0] = HubProcess(data, "one-next", scripts=scripts)
            urls[0] = running[0].url
            sent.goes_on(urls[0])
            sent.goes_on(urls[1])  # the older program goes on beside the newer one, on the newer tables
            two.end(signal.SIGKILL)  # whoever held the log's end
            sent.goes_on(urls[0])
            running[1] = HubProcess(data, "two-next", scripts=scripts)
            urls[1] = running[1].url
            sent.goes_on(urls[1])
            assert all(map(is_next, urls))
    with hub.store.reading() as connection:
        looked = inspect(connection)
        assert looked.has_table(NEXT_TABLE)
        assert "added_next" in {column["name"] for column in looked.get_columns("batch")}
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9001"
    with pytest.raises(DataDirectory, match="of revision 9001"):
        upgrade(hub.store)  # the older program, started once more, says what it needs


@pytest.mark.every_store
def test_agents_that_send_while_an_older_store_is_upgraded_wait_and_lose_nothing(hub: Hub, back_end: str) -> None:
    if back_end == "spread":
        pytest.skip("values are gathered first; see test_upgrade")
    with ExitStack() as stack:
        first = HubProcess(hub.settings.data, "first")
        running = [first]
        stack.callback(lambda: [process.end(signal.SIGKILL) for process in running])
        urls = [first.url]
        with sending(hub, urls) as sent:
            sent.goes_on()
            first.end()
            before = projection_of(hub)
            assert (
                upgrade(hub.store, before_last()).after == before_last()
            )  # these data as the version before kept them
            assert "has to be upgraded" in refused(hub.settings.data)
            upgrade(hub.store)
            assert projection_of(hub) == before
            running.append(HubProcess(hub.settings.data, "second"))
            urls[0] = running[1].url
            sent.goes_on()


def refused(data: Path) -> str:
    """What a process says that is started too early."""
    process = HubProcess(data, "early")
    assert process.ended() == 1
    return process.said()
