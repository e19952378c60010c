"""A real hub in a folder, with agents that seal real batches; clock and randomness are fixed."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import httpx
from sqlalchemy import select

from hub.api.app import create_app
from hub.composition import create_hub
from hub.entry.master import add_agent, add_organisation, add_plant
from hub.parts import Hub
from hub.store.backend import opening
from hub.store.backend.sqlite_file import FileStore, create_store, open_store
from hub.store.tables.every import PROJECTION
from traceability.batch.header import FORMAT_VERSION, Header
from traceability.batch.open import open_batch
from traceability.batch.seal import records_root, seal_batch
from traceability.encoding import sha256, tagged, to_base64
from traceability.identifier.item import part_uri, unit_uri
from traceability.record.base import Record
from traceability.record.codec import encode_record
from traceability.record.production import DataLossRecord, UnitResultRecord
from traceability.signing import Ed25519Signer
from traceability.unit import Environment, Verdict

GTIN = "09506000134352"
START = datetime(2026, 3, 1, 8, tzinfo=UTC)


class FixedRandom:
    """Bytes that look random and are the same in every run."""

    def __init__(self) -> None:
        self._calls = 0

    def __call__(self, size: int) -> bytes:
        self._calls += 1
        return hashlib.shake_128(str(self._calls).encode()).digest(size)


_NEW: list[bytes] = []
"""The file of a store in which nothing is written yet, once a test wanted one."""

_SERVERS: list[tuple[Callable[[], str], Callable[[], tuple[str, ...]]]] = []
"""Whose databases new hubs live in, and the nodes over which they are spread; the last counts. See ``on_servers``."""


@contextmanager
def on_servers(store: Callable[[], str], shards: Callable[[], tuple[str, ...]] = tuple) -> Iterator[None]:
    """Until the block is left new hubs live in the PostgreSQL databases whose addresses these give."""
    _SERVERS.append((store, shards))
    try:
        yield
    finally:
        _SERVERS.pop()


def small_hub(folder: Path, environment: Environment = Environment.DEMO) -> Hub:
    """A new hub; its clock stands still."""
    url, shards = (_SERVERS[-1][0](), _SERVERS[-1][1]()) if _SERVERS else (None, ())
    with mock.patch.object(opening, "create_store", _copied_store):
        return create_hub(
            folder,
            origin="hub.test/log",
            environment=environment,
            store_url=url,
            shards=shards,
            clock=lambda: START,
            random_bytes=FixedRandom(),
        )


def _copied_store(path: Path) -> FileStore:
    """A new store with all its tables: copied, which takes half the time of having them made."""
    if not _NEW:
        with TemporaryDirectory() as folder:
            made = Path(folder) / "new.sqlite"
            create_store(made).close()
            _NEW.append(made.read_bytes())
    path.write_bytes(_NEW[0])
    return open_store(path)


def small_agent(hub: Hub, author: str = "a.line-1", plant: str = "plant-a") -> "SmallAgent":
    """An agent registered at ``hub``, its plant and company too."""
    agent = SmallAgent(author)
    add_organisation(hub, f"{plant}-company", f"Company of {plant}")
    add_plant(hub, plant, organisation=f"{plant}-company", name=plant)
    add_agent(hub, author, plant=plant, public_key=agent.public_key)
    return agent


@dataclass
class SmallAgent:
    """Seals batches of one chain."""

    author: str
    environment: Environment = Environment.DEMO
    chain: str = ""
    key_name: str = ""
    seq: int = 0
    prev: str | None = None
    next_record: int = 1
    header: dict[str, Any] = field(default_factory=dict)  # what to say wrongly in the next header

    def __post_init__(self) -> None:
        self.chain = self.chain or sha256(self.author.encode()).hex()[:32]

    @property
    def signer(self) -> Ed25519Signer:
        return Ed25519Signer.from_seed(sha256((self.key_name or self.author).encode()))

    @property
    def public_key(self) -> str:
        return to_base64(self.signer.public_key)

    def stamp(self, ahead: int = 0) -> dict[str, Any]:
        """Fields every record needs, for the record ``ahead`` places after the next."""
        seq = self.next_record + ahead
        salt = sha256(f"{self.author} {self.chain} {seq}".encode()).hex()[:32]
        return {"seq": seq, "event_time": START + timedelta(seconds=seq), "salt": salt}

    def result(self, serial: str, ahead: int = 0, **changes: Any) -> UnitResultRecord:
        stamp = self.stamp(ahead)
        fields: dict[str, Any] = {
            "id": f"{self.author}:{stamp['seq']}",
            "unit": unit_uri(GTIN, serial),
            "part": part_uri(GTIN),
            "operation": "OP10",
            "work_cell": f"{self.author}/OP10",
            "verdict": Verdict.OK,
            "attempt": 1,
        }
        return UnitResultRecord(**(fields | stamp | changes))

    def loss(self, ahead: int = 0) -> DataLossRecord:
        return DataLossRecord(id="loss", stream="telemetry", count=3, reason="disk was full", **self.stamp(ahead))

    def seal(self, *records: Record) -> bytes:
        return self.seal_lines(*(encode_record(record) for record in records))

    def seal_lines(self, *lines: bytes) -> bytes:
        """The next batch of the chain."""
        batch = self._sealed(lines)
        opened = open_batch(batch)
        self.seq, self.prev = opened.header.seq, opened.hash
        self.next_record += len(lines)
        self.header = {}
        return batch

    def _sealed(self, lines: tuple[bytes, ...]) -> bytes:
        fields: dict[str, Any] = {
            "format": FORMAT_VERSION,
            "environment": self.environment,
            "author": self.author,
            "chain": self.chain,
            "seq": self.seq + 1,
            "prev": self.prev,
            "sealed_at": START,
            "first_record": self.next_record,
            "records": len(lines),
            "root": records_root(lines),
            "config": tagged(sha256(b"configuration")),
        }
        return seal_batch(Header(**(fields | self.header)), lines, self.signer)


def projection_of(hub: Hub) -> dict[str, list[dict[str, Any]]]:
    """Every row of every projection table, ordered by its evidence."""
    rows = {}
    with hub.store.reading() as connection:
        for name, table in PROJECTION.items():
            ordered = select(table).order_by(*table.primary_key.columns)
            rows[name] = [dict(row) for row in connection.execute(ordered).mappings()]
    return rows


def client_of(hub: Hub) -> httpx.AsyncClient:
    """Speaks to the hub's application without a socket."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(create_app(hub)), base_url="http://127.0.0.1")


def admin_of(hub: Hub) -> dict[str, str]:
    """The header by which the administrator writes."""
    token = (hub.settings.data / "admin.token").read_text().strip()
    return {"Authorization": f"Bearer {token}"}
