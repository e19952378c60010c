"""Agents that fall silent: noted once, told once, and once more when they are back."""

from datetime import timedelta

import pytest
from small_hub import START, small_agent
from small_polls import poll
from small_rollout import AGENTS, PLANT, Lines

from hub.accounts.asker import ADMIN
from hub.enrol.keys import revoke
from hub.errors import EntryRefused
from hub.fleet.lines import line_history, line_list
from hub.fleet.silence import note_silences, set_silence_rule
from hub.fleet.views import Freshness
from hub.parts import Hub
from hub.sharing.audit import AuditDesk
from hub.store.fleet.silence import open_silences, silences
from hub.store.mail.subscriptions import messages_of
from hub.subscription.subscribe import Channel, FleetKind, SubscriptionForm, subscribe
from hub.subscription.tell import write_due_messages
from traceability.quality.alarm.rule import AlarmKind

ONE, TWO, THREE = AGENTS


@pytest.fixture
def lines(hub: Hub) -> Lines:
    return Lines(hub)


def told(hub: Hub, identity: str) -> list[str]:
    write_due_messages(hub, AuditDesk(hub))
    with hub.store.reading() as connection:
        return [message.subject for message in reversed(messages_of(connection, [identity], 50))]


def test_one_message_when_it_falls_silent_and_one_when_it_is_back(lines: Lines) -> None:
    hub = lines.hub
    form = SubscriptionForm(channel=Channel.MAIL, address="it@a.example", kinds=[FleetKind.AGENT_SILENT])
    one = subscribe(hub, ADMIN, form)
    other = subscribe(hub, ADMIN, SubscriptionForm(channel=Channel.MAIL, address="q@a.example", kinds=list(AlarmKind)))
    lines.clock.pass_(minutes=16)
    for agent in (TWO, THREE):
        lines.says(agent)
    assert note_silences(hub, START) == 1
    assert note_silences(hub, START) == 0
    assert [subject.count(ONE) for subject in told(hub, one.id)] == [1]
    with hub.store.reading() as connection:
        rows = {row.author: row for row in line_list(connection, hub).agents}
    assert (rows[ONE].state, rows[ONE].silent_since) == (Freshness.SILENT, START)
    lines.clock.pass_(hours=3)
    for agent in AGENTS:
        lines.says(agent)
    assert note_silences(hub, START) == 1
    assert len(told(hub, one.id)) == 2
    assert "heard of again" in told(hub, one.id)[1]
    assert told(hub, other.id) == [], "who asked for alarms of lines is told of nothing else"
    with hub.store.reading() as connection:
        assert open_silences(connection) == {}
        assert len(silences(connection)) == 2


def test_each_plant_has_its_own_patience(lines: Lines) -> None:
    hub = lines.hub
    set_silence_rule(hub, PLANT, 3600, by="q7")
    lines.clock.pass_(minutes=59)
    assert note_silences(hub, START) == 0
    lines.clock.pass_(minutes=2)
    assert note_silences(hub, START) == 3
    set_silence_rule(hub, PLANT, 0, by="q7")
    assert note_silences(hub, START) == 3, "nobody is waited for any more"
    assert note_silences(hub, START) == 0
    for bad in (1, 10**9):
        with pytest.raises(EntryRefused):
            set_silence_rule(hub, PLANT, bad, by="q7")


def test_a_hub_that_was_away_blames_nobody(lines: Lines) -> None:
    lines.clock.pass_(days=2)
    now = lines.clock()
    assert note_silences(lines.hub, now) == 0
    lines.clock.pass_(minutes=14)
    assert note_silences(lines.hub, now) == 0
    lines.clock.pass_(minutes=2)
    assert note_silences(lines.hub, now) == 3


def test_an_agent_never_heard_of_or_revoked_is_not_silent(lines: Lines) -> None:
    hub = lines.hub
    small_agent(hub, "a.line-4", PLANT)
    revoke(hub, ONE, reason="gone", by="q7")
    lines.clock.pass_(hours=1)
    assert note_silences(hub, START) == 2


def test_how_an_agent_did_is_kept_every_few_minutes_for_a_month(lines: Lines) -> None:
    hub = lines.hub
    with hub.store.reading() as connection:
        assert line_history(connection, hub, ONE).samples == ()
    for _ in range(10):
        lines.clock.now += timedelta(minutes=1)
        poll(hub, ONE, lines.clock())
    with hub.store.reading() as connection:
        assert [sample.unsent for sample in line_history(connection, hub, ONE).samples] == [3, 3]
    lines.clock.pass_(days=31)
    poll(hub, ONE, lines.clock())
    with hub.store.reading() as connection:
        assert len(line_history(connection, hub, ONE, 90).samples) == 1
