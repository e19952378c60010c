"""Agents that fell silent: noticed by the hub's own round, told once, and once more when they are back.

An idle agent asks for news every 25 seconds, so silence is not idleness. A hub that was away itself heard nobody: it
counts only the time in which it listened.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from hub.entry.master import require_plant
from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused
from hub.fleet.heard import agent_entries, last_heard
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.fleet.agents import keys_by_author
from hub.store.fleet.contacts import all_contacts
from hub.store.fleet.silence import StoredSilence, open_silences, silence_rules
from hub.store.ledger.batches import StoredBatch
from hub.store.master.queries import read_master
from traceability.record.base import Record
from traceability.record.rollout import AgentSilenceRecord, SilenceRuleRecord, SilenceState

USUAL_S = 15 * 60
SHORTEST_S, LONGEST_S = 120, 30 * 86_400
ID_BYTES = 9


class _Noted(msgspec.Struct, frozen=True, kw_only=True):
    """A silence that begins (``ends`` None) or ends."""

    agent: str
    plant: str
    since: datetime
    allowed_s: int
    ends: StoredSilence | None = None


def set_silence_rule(hub: Hub, plant: str, after_s: int, *, by: str) -> StoredBatch | None:
    """From now on agents of the plant are silent after so many seconds; 0: nobody is told. None: it stood so."""
    if after_s and not SHORTEST_S <= after_s <= LONGEST_S:
        raise EntryRefused(
            f"{after_s} seconds are not taken",
            where="after_s",
            advice=f"0 for never, or {SHORTEST_S} to {LONGEST_S}: an agent asks every 25 seconds",
        )

    def records(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        require_plant(connection, plant, where="silence")
        if allowed(silence_rules(connection), plant) == after_s:
            return []
        return [SilenceRuleRecord(id=plant, after_s=after_s, by=by, **stamp())]

    return enter(hub, records)


def allowed(rules: Mapping[str, int], plant: str) -> int:
    """Seconds without a word; 0: no bound."""
    return rules.get(plant, USUAL_S)


def note_silences(hub: Hub, listening_since: datetime) -> int:
    """One round; how many agents fell silent or came back."""
    now = hub.clock()
    with hub.store.reading() as connection:
        if not _noted(connection, now, listening_since):
            return 0

    def records(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        return [_record(one, hub, stamp) for one in _noted(connection, now, listening_since)]

    stored = enter(hub, records)
    return 0 if stored is None else stored.records


def _noted(connection: Reading, now: datetime, listening_since: datetime) -> list[_Noted]:
    rules, silent, keys = silence_rules(connection), open_silences(connection), keys_by_author(connection)
    master = read_master(connection)
    heard = last_heard(connection, master, all_contacts(connection), now)
    found = []
    for agent in agent_entries(master):
        known, last = silent.get(agent.author), heard.get(agent.author)
        if agent.plant is None or last is None:
            continue
        after = allowed(rules, agent.plant)
        nobody = not after or (agent.author in keys and keys[agent.author].revoked_at is not None)
        if known is not None and (last > known.since or nobody):
            found.append(
                _Noted(agent=known.agent, plant=known.plant, since=known.since, allowed_s=known.allowed_s, ends=known)
            )
        elif known is None and not nobody and now - max(last, listening_since) > timedelta(seconds=after):
            found.append(_Noted(agent=agent.author, plant=agent.plant, since=last, allowed_s=after))
    return found


def _record(one: _Noted, hub: Hub, stamp: Stamps) -> Record:
    return AgentSilenceRecord(
        id=hub.random_bytes(ID_BYTES).hex() if one.ends is None else one.ends.id,
        agent=one.agent,
        plant=one.plant,
        state=SilenceState.SILENT if one.ends is None else SilenceState.BACK,
        since=one.since,
        allowed_s=one.allowed_s,
        **stamp(),
    )
