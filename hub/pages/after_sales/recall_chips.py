"""What a recall begins with, as chips: one a seed, each with the address of the question without it."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from hub.page_paths import has_page, item_path
from hub.pages.after_sales.question_address import recall_url, without
from hub.pages.speech import Speech
from hub.recall.question import MeasuredSeed, PassedSeed, Question, RecipeSeed, ToolSeed
from hub.trace.catalogue import item_label
from traceability.errors import IdentifierRefused
from traceability.identifier.item import ItemKind, parse_item

MOST_CHIPS = 60


class Chip(msgspec.Struct, frozen=True, kw_only=True):
    """``title`` says it in full, ``url`` leads to the thing where it has a page, ``drop_url`` leaves it out."""

    text: str
    title: str
    url: str | None
    drop_url: str


def chips(question: Question, speech: Speech) -> tuple[tuple[Chip, ...], int]:
    """At most ``MOST_CHIPS``, and how many more there are."""
    every = list(_chips(question, speech))
    return tuple(every[:MOST_CHIPS]), max(0, len(every) - MOST_CHIPS)


def _chips(question: Question, speech: Speech) -> Iterator[Chip]:
    short = len(question.items) <= MOST_CHIPS  # of more, no address holds the rest
    for place, item in enumerate(question.items):
        drop = recall_url(without(question, "items", place)) if short else ""
        text, url = _item(item, speech)
        yield Chip(text=text, title=item, url=url, drop_url=drop)
    for place, part in enumerate(question.parts):
        text = speech.say("part %(part)s", part=part.rsplit("/", 1)[-1])
        yield Chip(text=text, title=part, url=None, drop_url=recall_url(without(question, "parts", place)))
    told = {
        "passed": [_passed(seed, speech) for seed in question.passed],
        "measured": [_measured(seed, speech) for seed in question.measured],
        "tools": [_tool(seed, speech) for seed in question.tools],
        "recipes": [_recipe(seed, speech) for seed in question.recipes],
    }
    for kind, texts in told.items():
        for place, text in enumerate(texts):
            yield Chip(text=text, title=text, url=None, drop_url=recall_url(without(question, kind, place)))


def _item(item: str, speech: Speech) -> tuple[str, str | None]:
    try:
        parsed = parse_item(item)
    except IdentifierRefused:
        return item, None
    label = item_label(parsed)
    text = speech.say("lot %(lot)s", lot=label) if parsed.kind is ItemKind.LOT else label
    return text, item_path(item) if has_page(item) else None


def _passed(seed: PassedSeed, speech: Speech) -> str:
    said = speech.say("passed")
    return speech.list([said, *_where(seed.operation, seed.work_cell, seed.plant), *_when(seed, speech)])


def _tool(seed: ToolSeed, speech: Speech) -> str:
    said = speech.say("tool %(tool)s", tool=seed.tool)
    return speech.list([said, *_where(seed.operation, seed.work_cell, seed.plant), *_when(seed, speech)])


def _recipe(seed: RecipeSeed, speech: Speech) -> str:
    said = speech.say("recipe %(recipe)s", recipe=seed.recipe)
    version = [speech.say("version %(version)s", version=seed.version)] if seed.version else []
    return speech.list([said, *version, *_where(seed.operation, seed.work_cell, seed.plant), *_when(seed, speech)])


def _measured(seed: MeasuredSeed, speech: Speech) -> str:
    bounds = [] if seed.low is None else [f"< {speech.exact(seed.low)} {seed.uom}"]
    bounds += [] if seed.high is None else [f"> {speech.exact(seed.high)} {seed.uom}"]
    said = " ".join([seed.characteristic, f" {speech.say('or')} ".join(bounds)])
    return speech.list([said, *_where(None, None, seed.plant), *_when(seed, speech)])


def _where(operation: str | None, work_cell: str | None, plant: str | None) -> list[str]:
    return [text for text in (operation, work_cell, plant) if text]


def _when(seed: PassedSeed | MeasuredSeed | ToolSeed | RecipeSeed, speech: Speech) -> list[str]:
    if seed.begin is None and seed.end is None:
        return []
    return [f"{_moment(seed.begin, speech)} – {_moment(seed.end, speech)} UTC"]


def _moment(at: datetime | None, speech: Speech) -> str:
    return "…" if at is None else speech.moment(at, "UTC")
