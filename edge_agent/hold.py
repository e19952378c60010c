"""``hold``: stop a unit, a lot of material or a station by hand, and let it go again; heeded by every interlock here.

Who and why are kept for good and go to the hub as signed records. Who is a pseudonymous id, never a name.
"""

import argparse
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from edge_agent.config.load import load_config
from edge_agent.config.settings import AgentConfig
from edge_agent.datafolder import OUTBOX
from edge_agent.errors import HoldRefused
from edge_agent.interlock.facts import Hold
from edge_agent.interlock.named import named_unit
from edge_agent.outbox.holds import HoldFile
from edge_agent.outbox.records import Salt
from traceability.errors import IdentifierRefused
from traceability.identifier.item import ItemKind, parse_item
from traceability.record.production import HoldScope

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no public name for it

Clock = Callable[[], datetime]
_ID = re.compile(r"[A-Za-z0-9._-]{1,60}")


class HoldList(msgspec.Struct, frozen=True):
    """What ``--json`` prints."""

    holds: list[Hold]


_LONGEST_REASON = 1000


def add_hold_verbs(verbs: "Verbs", clock: Clock, new_id: Callable[[], str], salt: Salt) -> None:
    """Add ``hold add``, ``hold release`` and ``hold list`` to the command; ``new_id`` names a hold."""
    summary = "stop a unit, a lot or a station, release it, or list what is on hold; works beside the running agent"
    kinds = verbs.add_parser("hold", help=summary, description=summary).add_subparsers(required=True, metavar="WHAT")
    add = _add(kinds, "add", "put something on hold", lambda options: _add_hold(options, clock, salt, new_id()))
    target = add.add_mutually_exclusive_group(required=True)
    target.add_argument("--unit", help="a serial of the part made here, or the unit's Digital Link")
    target.add_argument("--lot", help="the lot's canonical identity, https://id.gs1.org/01/GTIN/10/LOT")
    target.add_argument("--station", help="a station of the configuration")
    release = _add(kinds, "release", "release a hold", lambda options: _release(options, clock, salt))
    release.add_argument("id", metavar="ID", help="as hold list shows it")
    for changing in (add, release):
        changing.add_argument("--by", required=True, help="who, as a pseudonymous id (no personal name)")
        changing.add_argument("--why", required=True, help="the reason, in a few words")
    listing = _add(kinds, "list", "what is on hold", lambda options: _list(options, salt))
    listing.add_argument("--all", action="store_true", help="also what was released")


def _add(
    kinds: "Verbs", name: str, summary: str, call: Callable[[argparse.Namespace], None]
) -> argparse.ArgumentParser:
    parser = kinds.add_parser(name, help=summary, description=summary)
    parser.add_argument("config", metavar="CONFIG", type=Path, help="the agent's configuration, agent.toml")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(call=call)
    return parser


def _add_hold(options: argparse.Namespace, clock: Clock, salt: Salt, name: str) -> None:
    config = load_config(options.config)
    scope, target = _target(options, config)
    hold = Hold(
        id=name,
        scope=scope,
        target=target,
        reason=_filled("--why", options.why),
        placed_by=_pseudonym(options.by),
        placed_at=clock(),
    )
    _print(options, [_file(config, salt).place(hold)])


def _release(options: argparse.Namespace, clock: Clock, salt: Salt) -> None:
    config = load_config(options.config)
    by, why = _pseudonym(options.by), _filled("--why", options.why)
    _print(options, [_file(config, salt).release(options.id, by, why, clock())])


def _list(options: argparse.Namespace, salt: Salt) -> None:
    _print(options, _file(load_config(options.config), salt).all(released=options.all))


def _file(config: AgentConfig, salt: Salt) -> HoldFile:
    return HoldFile(config.data / OUTBOX, salt)


def _target(options: argparse.Namespace, config: AgentConfig) -> tuple[HoldScope, str]:
    if options.station is not None:
        names = [station.name for station in config.stations]
        if options.station not in names:
            raise HoldRefused(f"there is no station {options.station!r}", advice=f"use one of {', '.join(names)}")
        return HoldScope.STATION, options.station
    try:
        if options.lot is not None:
            if parse_item(options.lot).kind is not ItemKind.LOT:
                raise HoldRefused(f"{options.lot} names no lot", advice="write https://id.gs1.org/01/GTIN/10/LOT")
            return HoldScope.LOT, options.lot
        unit = named_unit(config.plans.part, options.unit)
    except IdentifierRefused as error:
        raise HoldRefused(error.what, advice=error.advice or "correct the identity") from None
    if unit is None:
        raise HoldRefused("no unit is named", advice="give its serial or its Digital Link")
    return HoldScope.UNIT, unit


def _pseudonym(text: str) -> str:
    if not _ID.fullmatch(text):
        raise HoldRefused(
            f"--by {text!r} is no id", advice="use letters, digits, '.', '_' and '-', at most 60, and no personal name"
        )
    return text


def _filled(key: str, text: str) -> str:
    if not text.strip():
        raise HoldRefused(f"{key} is empty", advice="say why in a few words")
    if len(text) > _LONGEST_REASON:
        raise HoldRefused(f"{key} has {len(text)} characters", advice=f"say why in at most {_LONGEST_REASON}")
    return text.strip()


def _print(options: argparse.Namespace, holds: list[Hold]) -> None:
    if options.json:
        print(msgspec.json.encode(HoldList(holds)).decode())
        return
    for hold in holds:
        print(_line(hold))
    if not holds:
        print("nothing is on hold")


def _line(hold: Hold) -> str:
    line = f"{hold.id}  {hold.scope} {hold.target}  since {_clock(hold.placed_at)} by {hold.placed_by}: {hold.reason}"
    if hold.released_at is None:
        return line
    return f"{line}; released {_clock(hold.released_at)} by {hold.released_by}: {hold.release_reason}"


def _clock(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
