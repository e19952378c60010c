"""Agents as plant IT looks at them: one row each, one in full, and how one did over the last days."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from hub.enrol.certificate import CERTIFICATE, valid_until
from hub.errors import NotFound
from hub.fleet.freshness import FreshnessLimits, freshness
from hub.fleet.heard import LATE, agent_entries, last_heard
from hub.fleet.line_plans import PlanDiffers, plans_that_differ
from hub.fleet.silence import allowed
from hub.fleet.views import Freshness
from hub.named import Named
from hub.page_paths import fleet_agent_path
from hub.parts import Hub
from hub.rollout.wanted import FileState, FileView, files_of
from hub.settings import HUB_AUTHOR
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.fleet.agents import (
    Counts,
    KeyEntry,
    StoredChain,
    StoredLoss,
    chains_of,
    counts_by_author,
    keys_by_author,
    losses_of,
    sent_by,
)
from hub.store.fleet.contacts import Contact, all_contacts
from hub.store.fleet.silence import Sample, StoredSilence, open_silences, samples, silence_rules, silences
from hub.store.master.queries import AuthorEntry, Master, read_master
from traceability.downlink import DeviceState, StagedState
from traceability.picture import PictureSending

CLOCK_OFF_MS = 2_000
"""From this distance on a line PC's clock is worth a word."""
MOST_LOSSES = 1_000
SHOWN_DAYS = 7


class LineRow(msgspec.Struct, frozen=True, kw_only=True):
    """One agent. Figures of its heartbeat are None where it never asked for news; they are not evidence."""

    author: str
    plant: Named | None
    organisation: Named | None
    environment: str
    state: Freshness
    heard: datetime | None
    silent_since: datetime | None
    version: str | None
    config: str | None
    unsealed: int | None
    unsent: int | None
    pictures: PictureSending | None = None
    """Which files of pictures it may send, and how many wait there; None: it says nothing of them."""
    clock_ahead_ms: int | None
    devices: int | None
    devices_down: int | None
    device_error: str
    refused: str
    """Why it refused the plant's last message, where it did."""
    losses: int
    lost: int
    quarantined: int
    forks: int
    clone_at: datetime | None
    key_since: datetime | None
    key_origin: str
    revoked_at: datetime | None
    revoked: str
    url: str
    plan_differs: PlanDiffers | None = None
    """The control plan that it works by, where master data state another one for now."""

    @property
    def clock_is_off(self) -> bool:
        """Whether its clock is worth a word."""
        return self.clock_ahead_ms is not None and abs(self.clock_ahead_ms) >= CLOCK_OFF_MS


class LineList(msgspec.Struct, frozen=True, kw_only=True):
    """Every agent that may be seen, by id; ``certificate_until`` is the end of the hub's own certificate."""

    agents: tuple[LineRow, ...]
    certificate_until: datetime | None
    now: datetime


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """One agent in full."""

    row: LineRow
    started: datetime | None
    devices: tuple[DeviceState, ...]
    devices_whole: bool
    files: tuple[FileView, ...]
    files_state: FileState | None
    batches: int
    records: int
    losses: tuple[StoredLoss, ...]
    chains: tuple[StoredChain, ...]
    silences: tuple[StoredSilence, ...]
    silent_after_s: int
    time_zone: str


class LineHistory(msgspec.Struct, frozen=True, kw_only=True):
    """How an agent did, about every five minutes; times in the samples are microseconds since 1970 UTC."""

    author: str
    since: datetime
    samples: tuple[Sample, ...]


class _Seen(msgspec.Struct, frozen=True, kw_only=True):
    master: Master
    contacts: Mapping[str, Contact]
    heard: Mapping[str, datetime]
    counts: Mapping[str, Counts]
    keys: Mapping[str, KeyEntry]
    silent: Mapping[str, StoredSilence]
    rules: Mapping[str, int]
    plans: Mapping[str, PlanDiffers]
    now: datetime


def line_list(connection: Reading, hub: Hub, plant: str | None = None) -> LineList:
    """Every agent (of a plant); a fixed number of statements."""
    seen = _seen(connection, hub.clock())
    entries = [one for one in agent_entries(seen.master) if plant in (None, one.plant)]
    return LineList(agents=tuple(_row(one, seen) for one in entries), certificate_until=_certificate(hub), now=seen.now)


def line_view(connection: Reading, hub: Hub, author: str) -> LineView:
    """One agent; ``NotFound`` when it is none, or not to be seen."""
    seen = _seen(connection, hub.clock())
    entry = seen.master.authors.get(author)
    if entry is None or author == HUB_AUTHOR:
        raise NotFound(f"there is no agent {author[:100]!r}", advice="/fleet lists them")
    contact, sent = seen.contacts.get(author), sent_by(connection, author)
    beat = None if contact is None else contact.heartbeat
    files = files_of(connection, author, entry.plant or "", beat)
    plant = seen.master.plants.get(entry.plant or "")
    return LineView(
        row=_row(entry, seen),
        started=None if beat is None else beat.started,
        devices=() if beat is None else beat.devices,
        devices_whole=beat is None or beat.whole,
        files=files,
        files_state=max((one.state for one in files), key=_BAD.index, default=None),
        batches=sent.batches,
        records=sent.records,
        losses=tuple(losses_of(connection, author, MOST_LOSSES)),
        chains=tuple(chains_of(connection, author)),
        silences=tuple(reversed(silences(connection, author))),
        silent_after_s=allowed(seen.rules, entry.plant or ""),
        time_zone="UTC" if plant is None else plant.time_zone,
    )


def line_history(connection: Reading, hub: Hub, author: str, days: int = SHOWN_DAYS) -> LineHistory:
    """How it did over the last days."""
    since = hub.clock() - timedelta(days=days)
    return LineHistory(author=author, since=since, samples=tuple(samples(connection, author, since)))


_BAD = [
    FileState.NOT_MANAGED, FileState.AS_WANTED, FileState.NOT_REPORTED, FileState.UNDER_WAY, FileState.OTHER,
]  # fmt: skip


def _seen(connection: Reading, now: datetime) -> _Seen:
    master, contacts = read_master(connection), all_contacts(connection)
    return _Seen(
        master=master,
        contacts=contacts,
        heard=last_heard(connection, master, contacts, now),
        counts=counts_by_author(connection),
        keys=keys_by_author(connection),
        silent=open_silences(connection),
        rules=silence_rules(connection),
        plans=plans_that_differ(connection, master, now),
        now=now,
    )


def _row(entry: AuthorEntry, seen: _Seen) -> LineRow:
    author = entry.author
    contact, counts = seen.contacts.get(author), seen.counts.get(author, Counts())
    beat, key, silent = None if contact is None else contact.heartbeat, seen.keys.get(author), seen.silent.get(author)
    heard = seen.heard.get(author)
    bound = timedelta(seconds=allowed(seen.rules, entry.plant or "")) or timedelta.max
    down = [] if beat is None else [device for device in beat.devices if not device.connected]
    staged = None if beat is None else beat.staged
    return LineRow(
        author=author,
        plant=seen.master.plant_named(entry.plant),
        organisation=seen.master.organisation_of(entry.plant),
        environment=str(entry.environment),
        state=freshness(heard, seen.now, FreshnessLimits(late=LATE, silent=max(LATE, bound))),
        heard=heard,
        silent_since=None if silent is None else silent.since,
        version=None if beat is None else beat.version,
        config=None if beat is None else beat.config,
        unsealed=None if beat is None else beat.unsealed,
        unsent=None if beat is None else beat.unsent,
        pictures=None if beat is None else beat.pictures,
        clock_ahead_ms=None if beat is None else beat.clock_ahead_ms,
        devices=None if beat is None else len(beat.devices),
        devices_down=None if beat is None else len(down),
        device_error=f"{down[0].name}: {down[0].error}".rstrip(": ") if down else "",
        refused=staged.detail if staged is not None and staged.state is StagedState.REFUSED else "",
        losses=counts.losses,
        lost=counts.lost,
        quarantined=counts.quarantined,
        forks=counts.forks,
        clone_at=None if contact is None or contact.clone_at is None else from_micros(contact.clone_at),
        key_since=None if key is None else key.at,
        key_origin="" if key is None else key.origin,
        revoked_at=None if key is None else key.revoked_at,
        revoked="" if key is None else key.reason,
        url=fleet_agent_path(author),
        plan_differs=seen.plans.get(author),
    )


def _certificate(hub: Hub) -> datetime | None:
    """When the hub's own certificate ends, where it has one."""
    file = hub.settings.data / CERTIFICATE
    return valid_until(file) if file.is_file() else None
