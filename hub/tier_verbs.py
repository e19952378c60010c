"""The verbs about tiers: ``tiers status``, ``tiers move``, ``tiers check``, ``tiers fetch``."""

import argparse
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing, nullcontext
from typing import TYPE_CHECKING

from hub.composition import open_hub
from hub.errors import ColdTrouble
from hub.parts import Hub
from hub.store.core.instant import from_micros
from hub.store.tables.cold import LEDGER
from hub.store.tiers.place import cold_place
from hub.tiers.inspect import faults_of, tiers_of
from hub.tiers.ledger import clear_strays, due_before, fetch_ledger, move_ledger
from hub.tiers.values import fetch_values, move_values
from hub.tiers.worker import LEAST_DAYS, MOST_DAYS, moving_to_cold

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no public name for it

Fields = Mapping[str, object]
AddVerb = Callable[..., argparse.ArgumentParser]


def add_tier_verbs(tiers: "Verbs", add: AddVerb) -> None:
    """Where old batches and values lie, and moving them."""
    add(tiers, "status", _status, "show what of the ledger is in the store and what is in files of the cold folder")
    move = add(tiers, "move", _move, "move what is older than some days into the cold folder, while the hub runs")
    move.add_argument("--hot-days", type=_days, required=True, metavar="DAYS", help="what stays in the store")
    check = add(tiers, "check", _check, "read every file of the cold folder and compare it with its hashes")
    check.add_argument("--clear", action="store_true", help="remove files in it that nothing points at")
    fetch = add(tiers, "fetch", _fetch, "bring files of the cold folder back into the store")
    fetch.add_argument("--from", type=int, default=0, dest="first", metavar="INDEX", help="from this log index on")
    fetch.add_argument("--to", type=int, dest="last", metavar="INDEX", help="to this log index (default: to the end)")


def add_tier_option(serve: argparse.ArgumentParser) -> None:
    """``serve --hot-days N``."""
    serve.add_argument(
        "--hot-days",
        type=_days,
        metavar="DAYS",
        help="move batches that are older, byte for byte, and their values into the cold folder (default: none)",
    )


def moving_as_asked(arguments: argparse.Namespace, hub: Hub) -> AbstractContextManager[None]:
    """Beside the serving hub, if it was asked for."""
    return nullcontext() if arguments.hot_days is None else moving_to_cold(hub, arguments.hot_days)


def _status(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    with closing(hub.store):
        found = tiers_of(hub.store, cold_place(arguments.data))
    oldest = found.hot.oldest
    return {
        "hot_batches": found.hot.batches,
        "hot_bytes": found.hot.bytes,
        "hot_since": None if oldest is None else from_micros(oldest).isoformat(),
        "cold_batches": sum(file.pieces for file in found.files if file.kind == LEDGER),
        "cold_bytes": sum(file.bytes for file in found.files if file.kind == LEDGER),
        "cold_value_bytes": sum(file.bytes for file in found.files if file.kind != LEDGER),
        "cold_files": len(found.files),
        "strays": list(found.strays),
    }


def _move(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    with closing(hub.store):
        before = due_before(hub.clock(), arguments.hot_days)
        ledger = move_ledger(hub, before)
        made = [*ledger, *move_values(hub, before)]
    return {
        "files": len(made),
        "batches": sum(file.pieces for file in ledger),
        "bytes": sum(file.bytes for file in made),
        "next": "'zhuoyue-hub vacuum' gives the room in a database file back to the disk" if made else None,
    }


def _check(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    place = cold_place(arguments.data)
    with closing(hub.store):
        faults = faults_of(hub.store, place)
        if faults:
            more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
            raise ColdTrouble(f"{faults[0]}{more}", advice="put the files back from a copy; proofs of the others hold")
        cleared = clear_strays(hub.store, place) if arguments.clear else []
        found = tiers_of(hub.store, place)
    return {"files": len(found.files), "whole": True, "strays": list(found.strays), "cleared": cleared}


def _fetch(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    with closing(hub.store):
        wanted = (hub.store, cold_place(arguments.data), arguments.first, arguments.last)
        ledger, values = fetch_ledger(*wanted), fetch_values(*wanted)
    return {"files": len(ledger) + len(values), "batches": sum(file.pieces for file in ledger)}


def _days(text: str) -> int:
    days = int(text)
    if not LEAST_DAYS <= days <= MOST_DAYS:
        raise argparse.ArgumentTypeError(f"{days} is not between {LEAST_DAYS} and {MOST_DAYS} days")
    return days
