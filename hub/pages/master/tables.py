"""Kinds, things of a kind, versions of a thing and changes as tables; headings are those of the data dictionary."""

from typing import Any
from urllib.parse import urlencode

from hub.master.asked import ChangeView, KindView, VersionView
from hub.master.importing import Difference
from hub.master.kinds import MasterKind
from hub.page_paths import master_kind_path
from hub.pages.home_page import State
from hub.pages.language import Language
from hub.pages.speech import Speech, mark
from hub.pages.tables.cells import Cell, state_cell, text_cell
from hub.pages.tables.columns import made, moment, number, words
from hub.pages.tables.define import Column, Definition, Empty, Kind

MOST_COLUMNS = 6
"""Fields of a thing that stand in the table; its own page has all."""
ACTIONS = {
    "new": mark("new"),
    "changed": mark("changed"),
    "ended": mark("ended"),
    "unchanged": mark("unchanged"),
}


def kinds_table() -> Definition[KindView]:
    """One row a kind."""
    return Definition(
        id="kinds",
        title=mark("Kinds of master data"),
        columns=(
            made("kind", mark("kind"), lambda one, s: text_cell(_named(one, s), url=master_kind_path(one.kind)),
                 head=True),
            made("tables", mark("tables"), lambda one, s: text_cell(s.list(one.tables))),
        ),
        empty=Empty(mark("There are none.")),
    )  # fmt: skip


def things_table(kind: MasterKind, speech: Speech) -> Definition[VersionView]:
    """What holds on a day."""
    fields = [name for name in kind.head if name not in kind.parts][:MOST_COLUMNS]
    said: list[Column[VersionView]] = [_field(kind, name, speech) for name in fields]
    return Definition(
        id="things",
        title=kind.sheet.words.told(speech.language.value),
        columns=(
            made("about", mark("what"), lambda one, _: text_cell(one.about, url=item_address(one)), head=True),
            words("plant", mark("plant"), lambda one: one.plant),
            *said,
            made("valid_from", mark("valid from"), lambda one, s: _day(one.valid_from, s)),
            made("valid_to", mark("valid to"), lambda one, s: _day(one.valid_to, s)),
        ),
        empty=Empty(mark("Nothing of this kind holds on that day."), mark("Import a file, or choose another day.")),
        page=50,
    )


def versions_table(zone: str) -> Definition[VersionView]:
    """Every version, in the order of statement."""
    return Definition(
        id="versions",
        title=mark("History"),
        columns=(
            moment("at", mark("stated"), lambda one: one.stated_at, zone, head=True),
            made("state", mark("state"), _state, Kind.STATE),
            made("valid_from", mark("valid from"), lambda one, s: _day(one.valid_from, s)),
            made("valid_to", mark("valid to"), lambda one, s: _day(one.valid_to, s)),
            made("says", mark("what it says"), lambda one, s: text_cell(s.list(body_lines(one.body)))),
            words("by", mark("by"), lambda one: one.stated_by),
            words("change", mark("change"), lambda one: one.change),
            number("log", mark("log entry"), lambda one: one.log_index),
        ),
        empty=Empty(mark("There is no version.")),
    )


def changes_table(zone: str) -> Definition[ChangeView]:
    """What was entered together."""
    return Definition(
        id="changes",
        title=mark("Changes, the latest first"),
        columns=(
            made("change", mark("change"), _change, head=True),
            moment("at", mark("stated"), lambda one: one.stated_at, zone),
            words("by", mark("by"), lambda one: one.stated_by),
            number("versions", mark("versions"), lambda one: one.versions),
        ),
        empty=Empty(mark("Nothing was imported yet.")),
        page=25,
    )


DIFFERENCES: Definition[Difference] = Definition(
    id="differences",
    title=mark("What the file would change"),
    columns=(
        made("about", mark("what"), lambda one, _: text_cell(one.about, beside=one.kind), head=True),
        made("action", mark("what happens"), lambda one, s: text_cell(s.say(ACTIONS[one.action.value]))),
        words("plant", mark("plant"), lambda one: one.plant),
        made("from", mark("valid from"), lambda one, s: _day(one.begin, s)),
        made("fields", mark("fields"), lambda one, s: text_cell(s.list(one.fields))),
        number("row", mark("row"), lambda one: one.row),
    ),
    empty=Empty(mark("The file changes nothing.")),
)


def item_address(one: VersionView) -> str:
    """The page of one thing."""
    return f"{master_kind_path(one.kind)}/item?{urlencode({'about': one.about, 'plant': one.plant})}"


def body_lines(body: dict[str, Any]) -> list[str]:
    """Fields that say something."""
    return [f"{name}: {value}" for name, value in body.items() if value not in (None, "", [], ())]


def _field(kind: MasterKind, name: str, speech: Speech) -> Column[VersionView]:
    title = kind.sheet.column(name).words.told(speech.language.value)
    return made(f"f-{name}", title, lambda one, _: text_cell(_text(one.body.get(name))))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _named(one: KindView, speech: Speech) -> str:
    return one.name_zh if speech.language is Language.ZH else one.name


def _day(day: Any, speech: Speech) -> Cell:
    return text_cell("") if day is None else Cell(text=speech.day(day), sort=day.toordinal(), raw=day)


def _state(one: VersionView, speech: Speech) -> Cell:
    if one.withdrawn:
        return state_cell(speech.say("withdrawn"), State.NEUTRAL.value, 0)
    undone = speech.say("undoes %(change)s", change=one.undoes) if one.undoes else ""
    return state_cell(speech.say("stated"), State.OK.value, 1, beside=undone)


def _change(one: ChangeView, speech: Speech) -> Cell:
    beside = speech.say("undoes %(change)s", change=one.undoes) if one.undoes else ""
    return text_cell(one.change, url=f"?{urlencode({'undo': one.change})}#undo", beside=beside)
