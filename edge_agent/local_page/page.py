"""The page: is the line all right (the largest thing on it), first-pass yield, devices and hub, the last units."""

from datetime import datetime, tzinfo

from edge_agent.local_page.condition import Level, Note, level_of, notes_of
from edge_agent.local_page.language import LANGUAGES, Words
from edge_agent.local_page.line_parts import devices_part, hub_part, interlocks_part, stations_part
from edge_agent.local_page.markup import Markup, tag
from edge_agent.local_page.result_parts import units_part, yields_part
from edge_agent.status import Status

_REFRESH_S = 5
_NAMES = {"en": "English", "zh-CN": "中文"}
_CLASS = {Level.FINE: "fine", Level.NOTICE: "notice", Level.ACT: "act"}


def page_html(status: Status, say: Words, zone: tzinfo | None = None) -> str:
    """The whole page; times in ``zone``, that of this machine by default."""
    notes = notes_of(status)
    level = level_of(notes)
    content = tag(
        "body",
        _header(status, say, zone),
        tag(
            "main",
            _banner(level, notes, say),
            yields_part(status.operations, say),
            tag("div", stations_part(status, say), devices_part(status, say, zone), hub_part(status, say, zone),
                interlocks_part(status, say), class_="columns"),
            units_part(status, say, zone),
        ),
        class_=_CLASS[level],
    )  # fmt: skip
    return f"<!doctype html>\n{tag('html', _head(status, level, say), content, lang=say.language)}\n"


def _head(status: Status, level: Level, say: Words) -> Markup:
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="refresh", content=str(_REFRESH_S)),
        tag("title", f"{say(f'title_{_CLASS[level]}')} · {status.author}"),
        tag("link", rel="stylesheet", href="/page.css"),
    )


def _header(status: Status, say: Words, zone: tzinfo | None) -> Markup:
    badge = None if status.environment == "production" else tag("span", status.environment, class_="badge")
    at = _seconds(status.line.at, zone) if status.line else ""
    others = [
        tag("a", _NAMES[language], href=f"/?lang={language}", lang=language, hreflang=language)
        for language in LANGUAGES
        if language != say.language
    ]
    return tag(
        "header",
        tag("p", tag("span", say("product"), class_="product"), tag("strong", status.author), badge, class_="who"),
        tag("p", tag("span", say("as_of", time=at), class_="asof"), others, class_="aside"),
    )


def _banner(level: Level, notes: list[Note], say: Words) -> Markup:
    name = _CLASS[level]
    items = [tag("li", _note(note, say), class_=_CLASS[note.level]) for note in notes]
    return tag(
        "section",
        tag("h1", tag("span", class_=f"shape {name}", aria_hidden="true"), say(f"answer_{name}")),
        tag("ul", items, class_="notes") if items else tag("p", say("all_well"), class_="lead"),
        class_=f"banner {name}",
    )


def _note(note: Note, say: Words) -> list[Markup]:
    said = [tag("p", say(note.key, **note.values), class_="what")]
    if note.detail:
        said.append(tag("p", note.detail, class_="detail"))
    return said


def _seconds(time: datetime, zone: tzinfo | None) -> str:
    return f"{time.astimezone(zone):%H:%M:%S}"
