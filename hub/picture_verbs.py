"""The verbs about files of pictures: ``pictures status``, ``check`` and ``remove``; and ``serve --picture-days``."""

import argparse
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing
from datetime import timedelta
from typing import TYPE_CHECKING

from hub.composition import open_hub
from hub.errors import ColdTrouble
from hub.parts import Hub
from hub.picture.folder import PictureFolder
from hub.picture.keeping import keeping_pictures, remove_pictures

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no public name for it

Fields = Mapping[str, object]
AddVerb = Callable[..., argparse.ArgumentParser]
_LEAST_DAYS, _MOST_DAYS = 1, 36_500


def add_picture_verbs(pictures: "Verbs", add: AddVerb) -> None:
    """Which files there are, whether they are whole, and removing old ones."""
    add(pictures, "status", _status, "show how many files of pictures agents have brought, and their size")
    add(pictures, "check", _check, "read every file of a picture and compare it with its hash")
    remove = add(pictures, "remove", _remove, "remove files of pictures that came long ago; their records stay")
    remove.add_argument("--days", type=_days, required=True, help="files that came in the last so many days stay")


def add_picture_option(serve: argparse.ArgumentParser) -> None:
    """``serve --picture-days N``."""
    serve.add_argument(
        "--picture-days",
        type=_days,
        metavar="DAYS",
        help="remove files of pictures that came longer ago; their records stay (default: they are kept)",
    )


def keeping_as_asked(arguments: argparse.Namespace, hub: Hub) -> AbstractContextManager[None]:
    """Beside the serving hub."""
    return keeping_pictures(hub, arguments.picture_days)


def _status(arguments: argparse.Namespace) -> Fields:
    sizes = [stored.size for stored in PictureFolder(arguments.data).stored()]
    return {"files": len(sizes), "bytes": sum(sizes), "folder": str(PictureFolder(arguments.data).path)}


def _check(arguments: argparse.Namespace) -> Fields:
    folder = PictureFolder(arguments.data)
    faults = list(folder.faults())
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise ColdTrouble(f"{faults[0]}{more}", where=str(folder.path), advice="put the files back from a backup")
    return {"files": sum(1 for _ in folder.stored()), "whole": True}


def _remove(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    with closing(hub.store):
        return {"removed": remove_pictures(hub, hub.clock() - timedelta(days=arguments.days))}


def _days(text: str) -> int:
    days = int(text)
    if not _LEAST_DAYS <= days <= _MOST_DAYS:
        raise argparse.ArgumentTypeError(f"{days} is not between {_LEAST_DAYS} and {_MOST_DAYS} days")
    return days
