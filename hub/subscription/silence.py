"""Agents that fell silent, and that are heard of again, as subscriptions tell of them: once each."""

from collections.abc import Sequence

from hub.store.core.database import Reading
from hub.store.fleet.silence import StoredSilence, silences
from hub.store.mail.subscriptions import StoredSubscription
from hub.subscription.subscribe import FleetKind
from traceability.record.rollout import SilenceState

_SHOWN = 3


def silences_told(connection: Reading, one: StoredSubscription, size: int) -> tuple[StoredSilence, ...]:
    """Those noted since the subscription was served last, of its plants, where it asks for them."""
    if one.kinds and FleetKind.AGENT_SILENT.value not in one.kinds:
        return ()
    found = silences(connection, places=(one.cursor, size))
    return tuple(silence for silence in found if not one.plants or silence.plant in one.plants)


def silence_subject(told: Sequence[StoredSilence]) -> str:
    """What a message that tells of nothing else is about."""
    silent = sorted({one.agent for one in told if one.state is SilenceState.SILENT})
    back = sorted({one.agent for one in told if one.state is SilenceState.BACK} - set(silent))
    named = ", ".join([*silent, *back][:_SHOWN]) + (" …" if len(silent) + len(back) > _SHOWN else "")
    return f"采集代理失联 / agent silent: {named}" if silent else f"采集代理恢复 / agent heard of again: {named}"


def silence_line(one: StoredSilence) -> str:
    """One line of a mail."""
    since = one.since.strftime("%Y-%m-%d %H:%M:%S UTC")
    at = one.at.strftime("%Y-%m-%d %H:%M:%S UTC")
    if one.state is SilenceState.SILENT:
        return f"{at} {one.plant} {one.agent}: 自 {since} 起失联 / silent since {since}"
    return f"{at} {one.plant} {one.agent}: 已恢复 / heard of again, silent since {since}"
