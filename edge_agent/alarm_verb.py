"""``alarm``: what waits for an answer, answering it with cause and action, and which rules warn how often falsely."""

import argparse
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from edge_agent.alarm.facts import Acknowledgement, Alarm
from edge_agent.alarm.words import alarm_words
from edge_agent.config.load import load_config
from edge_agent.config.secret import unread_secret
from edge_agent.datafolder import OUTBOX
from edge_agent.errors import AlarmRefused
from edge_agent.outbox.alarms import AlarmFile
from edge_agent.outbox.records import Salt
from traceability.quality.alarm.price import false_alarm_every, together
from traceability.quality.alarm.rule import AlarmKind, AlarmRule, kind_of_rule

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no public name for it

_ID = re.compile(r"[A-Za-z0-9._-]{1,60}")
_LONGEST = 1000


class AlarmList(msgspec.Struct, frozen=True):
    """What ``alarm list --json`` prints."""

    alarms: list[Alarm]


class PricedRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule, what it warns of, and after how many good units it warns falsely (None: not known)."""

    rule: AlarmRule
    warns_of: AlarmKind
    false_alarm_every: int | None


class RuleList(msgspec.Struct, frozen=True, kw_only=True):
    """What ``alarm rules --json`` prints; ``together`` is the price of all rules that have a known one."""

    rules: list[PricedRule]
    together: int | None


def add_alarm_verbs(verbs: "Verbs", clock: Callable[[], datetime], salt: Salt) -> None:
    """Add ``alarm list``, ``alarm acknowledge`` and ``alarm rules`` to the command."""
    summary = "early warnings: list them, acknowledge one with cause and action, or show the rules"
    kinds = verbs.add_parser("alarm", help=summary, description=summary).add_subparsers(required=True, metavar="WHAT")
    listing = _add(kinds, "list", "what waits for an acknowledgement", lambda options: _list(options, salt))
    listing.add_argument("--all", action="store_true", help="also what was acknowledged")
    answer = _add(
        kinds, "acknowledge", "answer an alarm; works beside the running agent",
        lambda options: _acknowledge(options, clock, salt),
    )  # fmt: skip
    answer.add_argument("id", metavar="ID", help="as alarm list shows it")
    answer.add_argument("--by", required=True, help="who, as a pseudonymous id (no personal name)")
    answer.add_argument("--cause", required=True, help="what the cause was, in a few words")
    answer.add_argument("--action", required=True, help="what was done about it, in a few words")
    answer.add_argument("--keep-hold", action="store_true", help="do not release what the alarm put on hold")
    about = "the rules of the control plan that holds now, and how often they warn falsely"
    _add(kinds, "rules", about, lambda options: _rules(options, clock))


def _add(
    kinds: "Verbs", name: str, summary: str, call: Callable[[argparse.Namespace], None]
) -> argparse.ArgumentParser:
    parser = kinds.add_parser(name, help=summary, description=summary)
    parser.add_argument("config", metavar="CONFIG", type=Path, help="the agent's configuration, agent.toml")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(call=call)
    return parser


def _list(options: argparse.Namespace, salt: Salt) -> None:
    _print(options, _file(options, salt).all(acknowledged=options.all))


def _acknowledge(options: argparse.Namespace, clock: Callable[[], datetime], salt: Salt) -> None:
    if not _ID.fullmatch(options.by):
        raise AlarmRefused(
            f"--by {options.by!r} is no id",
            advice="use letters, digits, '.', '_' and '-', at most 60, and no personal name",
        )
    cause, action = _filled("--cause", options.cause), _filled("--action", options.action)
    said = Acknowledgement(by=options.by, cause=cause, action=action, at=clock())
    _print(options, [_file(options, salt).acknowledge(options.id, said, keep_hold=options.keep_hold)])


def _rules(options: argparse.Namespace, clock: Callable[[], datetime]) -> None:
    rules = load_config(options.config, unread_secret).plans.at(clock()).plan.alarms
    priced = [
        PricedRule(rule=rule, warns_of=kind_of_rule(rule), false_alarm_every=false_alarm_every(rule)) for rule in rules
    ]
    whole = RuleList(rules=priced, together=together(rules))
    if options.json:
        print(msgspec.json.encode(whole).decode())
        return
    for entry in priced:
        print(f"{entry.rule.id}  {entry.warns_of}  {_price(entry.false_alarm_every)}{_stops(entry.rule)}")
    if not rules:
        print("the control plan has no alarm rules")
    if whole.together is not None and len(rules) > 1:
        print(f"all rules with a known price together: at worst {_price(whole.together)}")


def _file(options: argparse.Namespace, salt: Salt) -> AlarmFile:
    return AlarmFile(load_config(options.config, unread_secret).data / OUTBOX, salt)


def _price(every: int | None) -> str:
    return "false alarms: not known" if every is None else f"one false alarm in about {every:,} good units"


def _stops(rule: AlarmRule) -> str:
    return "; holds the station" if rule.hold else ""


def _filled(key: str, text: str) -> str:
    if not text.strip():
        raise AlarmRefused(f"{key} is empty", advice="say it in a few words")
    if len(text) > _LONGEST:
        raise AlarmRefused(f"{key} has {len(text)} characters", advice=f"say it in at most {_LONGEST}")
    return text.strip()


def _print(options: argparse.Namespace, alarms: list[Alarm]) -> None:
    if options.json:
        print(msgspec.json.encode(AlarmList(alarms)).decode())
        return
    for alarm in alarms:
        print(_line(alarm))
    if not alarms:
        print("no alarm waits for an acknowledgement")


def _line(alarm: Alarm) -> str:
    record = alarm.alarm
    name, since = alarm.id.removeprefix("alarm:"), record.event_time.isoformat(timespec="seconds")
    line = f"{name}  {alarm.station}  {record.warns_of}  since {since}: {alarm_words(record)}"
    if alarm.signals > 1:
        line += f"; {alarm.signals} signals"
    if record.hold is not None:
        line += f"; {record.hold} on the station"
    if alarm.acknowledged_at is None:
        return line
    where = " at the hub" if alarm.by_hub else ""
    return f"{line}; acknowledged by {alarm.acknowledged_by}{where}: {alarm.cause}; {alarm.action}"
