"""The verb ``assess``: a plant's Level computed and sealed now, or where it is due."""

import argparse
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from hub.composition import open_hub
from hub.errors import HubError
from hub.parts import Hub
from hub.scorecard.assess import assess, level_history
from hub.scorecard.periodic import Period, assess_due, assessing
from hub.store.master.queries import read_master

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no public name for it

Fields = Mapping[str, object]
AddVerb = Callable[..., argparse.ArgumentParser]
NEVER = "never"


def add_assess_verb(verbs: "Verbs", add: AddVerb) -> None:
    """``assess --plant P`` or ``assess --all``."""
    made = add(verbs, "assess", _assess, "compute the Level of plants and seal it, also beside the running hub")
    which = made.add_mutually_exclusive_group(required=True)
    which.add_argument("--plant", action="append", default=[], metavar="P", help="one plant; may stand several times")
    which.add_argument("--all", action="store_true", help="every plant")
    made.add_argument("--by", default="command", metavar="WHO", help="who assesses (default: command)")
    made.add_argument(
        "--due", choices=[str(p) for p in Period], help="only where none was sealed in this month, quarter or year"
    )


def add_assess_option(run: argparse.ArgumentParser) -> None:
    """``serve --assess``: how often the serving hub does it by itself."""
    run.add_argument(
        "--assess",
        choices=[*(str(p) for p in Period), NEVER],
        default=str(Period.MONTH),
        help="how often each plant's Level is sealed (default: month)",
    )


def assessing_as_asked(arguments: argparse.Namespace, hub: Hub) -> AbstractContextManager[None]:
    """What ``serve --assess`` says; a process that serves agents only leaves it to the other one."""
    if arguments.agents_only or arguments.assess == NEVER:
        return nullcontext()
    return assessing(hub, Period(arguments.assess))


def _assess(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    try:
        plants = _wanted(hub, arguments)
        if arguments.due:
            sealed = {plant: stored.id for plant, stored in assess_due(hub, Period(arguments.due), plants).items()}
        else:
            sealed = {plant: assess(hub, plant, assessed_by=arguments.by).id for plant in plants}
        return {plant: _level(hub, plant, sealed.get(plant)) for plant in plants}
    finally:
        hub.store.close()


def _wanted(hub: Hub, arguments: argparse.Namespace) -> list[str]:
    with hub.store.reading() as connection:
        known = read_master(connection).plants
    unknown = [plant for plant in arguments.plant if plant not in known]
    if unknown:
        raise HubError(f"there is no plant {unknown[0][:100]!r}", where="--plant", advice="'zhuoyue-hub plant add'")
    if not known:
        raise HubError("there is no plant yet", where="--all", advice="'zhuoyue-hub plant add' enters one")
    return sorted(known) if arguments.all else list(dict.fromkeys(arguments.plant))


def _level(hub: Hub, plant: str, log_index: int | None) -> Fields:
    """The latest Level; ``log_index`` None: nothing was due."""
    with hub.store.reading() as connection:
        history = level_history(connection, plant)
    if not history:
        return {"level": None, "log_index": None}
    latest = history[0]
    return {
        "level": latest.level.name,
        "rated": latest.rated,
        "provisional": latest.provisional,
        "binding": list(latest.binding),
        "log_index": log_index,
    }
