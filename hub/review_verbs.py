"""The verb ``review``: a plant's year as one file."""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hub.composition import open_hub
from hub.errors import HubError
from hub.parts import Hub
from hub.review.make import make_review
from hub.review.sheets import tables_of
from hub.review.views import Review
from hub.tabular.writing import workbook_bytes

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no public name for it

Fields = Mapping[str, object]
AddVerb = Callable[..., argparse.ArgumentParser]
_LANGUAGES = ("en", "zh")


def _page(hub: Hub, review: Review, said: str) -> bytes:
    # the pages are loaded for who wants one
    from hub.pages.language import Language  # noqa: PLC0415
    from hub.pages.review.file import review_file  # noqa: PLC0415
    from hub.pages.templating import Pages  # noqa: PLC0415

    return review_file(Pages(hub.settings.environment), review, {"en": Language.EN, "zh": Language.ZH}[said])


def _json(_: Hub, review: Review, __: str) -> bytes:
    from hub.api.answer import json_bytes  # noqa: PLC0415 - it brings the web along

    return json_bytes(review) + b"\n"


_FORMS: Mapping[str, Callable[[Hub, Review, str], bytes]] = {
    ".html": _page,
    ".xlsx": lambda _, review, said: workbook_bytes(tables_of(review, said), said),
    ".json": _json,
}


def add_review_verb(verbs: "Verbs", add: AddVerb) -> None:
    """``review --plant P --year Y -o FILE``."""
    made = add(verbs, "review", _review, "write the yearly review of a plant: metrics, Level, losses, actions, data")
    made.add_argument("--plant", required=True, metavar="P")
    made.add_argument("--year", type=int, required=True)
    made.add_argument("-o", "--out", type=Path, required=True, metavar="FILE", help=".html to print, .xlsx or .json")
    made.add_argument("--language", choices=_LANGUAGES, default="en")
    made.add_argument(
        "--through", type=int, metavar="N", help="by what was known when the log held N batches (default: all)"
    )


def _review(arguments: argparse.Namespace) -> Fields:
    out: Path = arguments.out
    write = _FORMS.get(out.suffix)
    if write is None:
        raise HubError(f"{out.suffix or out.name!r} is no form", where="--out", advice=" ".join(_FORMS))
    hub = open_hub(arguments.data)
    try:
        with hub.store.reading() as connection:
            review = make_review(
                hub, connection, arguments.plant, arguments.year, through=arguments.through, told=_progress
            )
        _progress(f"writing {out}")
        out.write_bytes(write(hub, review, arguments.language))
    finally:
        hub.store.close()
    return {
        "plant": arguments.plant,
        "year": arguments.year,
        "level": review.now.grade.level.name,
        "rated": review.now.grade.rated,
        "losses_fell_10_percent": review.loss_target.met,
        "log_size": review.log_size,
        "file": str(out),
    }


def _progress(text: str) -> None:
    sys.stderr.write(f"{text} …\n")
    sys.stderr.flush()
