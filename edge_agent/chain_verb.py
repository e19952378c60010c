"""``chain new``: open another chain on purpose, on a machine that is a copy, or was put back to an earlier state.

What such a machine seals next under its old chain has a number that the hub holds already with another content: a fork.
A new chain cites the last receipt known here, and begins at 1. What was sealed before and not taken is still sent under
the old chain, and the hub alone decides whether it has it already: nothing is ever counted twice. Where it answers
that it holds another history, what was made from ``--mine-since`` on is sealed again in the new chain, and the rest,
which the copy or the machine before may have sent, is declared lost.

Only a person can tell that no other machine goes on with this key, so nothing opens a chain after a fork by itself.
"""

import argparse
import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from edge_agent.config.load import load_config
from edge_agent.config.settings import AgentConfig, passphrase_of
from edge_agent.datafolder import OUTBOX, held_folder
from edge_agent.errors import AgentError
from edge_agent.outbox.beginning import NewChain
from edge_agent.outbox.chain import Identity
from edge_agent.outbox.store import Outbox
from traceability.keyfile import read_key_file

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no public name for it

_LONGEST_REASON = 1000


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What ``--json`` prints: the chain that ended (None on the first start) and the one that began."""

    before: str | None
    chain: str
    unsent_batches: int


def add_chain_verbs(verbs: "Verbs", clock: Callable[[], datetime], random_bytes: Callable[[int], bytes]) -> None:
    """Add ``chain new`` to the command."""
    summary = "open a new chain on a copied machine, or on one that was put back to an earlier state"
    kinds = verbs.add_parser("chain", help=summary, description=summary).add_subparsers(required=True, metavar="WHAT")
    new = kinds.add_parser("new", help=summary, description=summary)
    new.add_argument("config", metavar="CONFIG", type=Path, help="the agent's configuration, agent.toml")
    new.add_argument("--reason", required=True, help="why, in a few words; it is sealed into the new chain")
    new.add_argument("--lost", help="what is known to be lost, in words")
    new.add_argument(
        "--mine-since",
        type=_time,
        metavar="TIME",
        help="since when this machine alone has made its records, with time zone (2026-03-01T08:00+08:00); "
        "those are sent again if the hub holds another history",
    )
    new.add_argument("--json", action="store_true", help="print one JSON object")
    new.set_defaults(call=lambda options: _print(options, _new(options, clock, random_bytes)))


def _new(options: argparse.Namespace, clock: Callable[[], datetime], random_bytes: Callable[[int], bytes]) -> Opened:
    reason = str(options.reason).strip()
    if not reason or len(reason) > _LONGEST_REASON:
        raise AgentError(f"--reason has {len(reason)} characters", advice=f"say why in 1 to {_LONGEST_REASON}")
    config = load_config(options.config)
    chain = NewChain(reason=reason, lost=options.lost, own_since=options.mine_since)
    with held_folder(config.data):
        return asyncio.run(_opened(config, chain, clock, random_bytes))


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no time with a time zone, as in 2026-03-01T08:00+08:00")
    return time


async def _opened(
    config: AgentConfig, new: NewChain, clock: Callable[[], datetime], random_bytes: Callable[[int], bytes]
) -> Opened:
    identity = Identity(author=config.author, environment=config.environment)
    signer = read_key_file(config.key_file, passphrase_of(config))
    outbox = Outbox(config.data / OUTBOX, identity, signer, clock, random_bytes, quota=config.quota)
    try:
        before = (await outbox.report()).chain
        await outbox.begin(config.hash, config.plans)
        chain = await outbox.open_chain(new)
        unsent = (await outbox.report()).unsent_batches
        return Opened(before=before.chain if before else None, chain=chain, unsent_batches=unsent)
    finally:
        outbox.close()


def _print(options: argparse.Namespace, opened: Opened) -> None:
    if options.json:
        print(msgspec.json.encode(opened).decode())
        return
    print(f"chain {opened.chain} is open; {opened.unsent_batches} batches of earlier chains are still to be sent")
