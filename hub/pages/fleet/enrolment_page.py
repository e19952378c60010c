"""Letting line PCs in: tokens, agents that were let in and never heard of, and what is shown of a new token once."""

import msgspec

from hub.enrol.token_views import TokenView
from hub.enrol.tokens import MadeToken
from hub.fleet.lines import LineRow
from hub.fleet.views import Freshness
from hub.pages.fleet_words import TOKEN_MARKS
from hub.pages.speech import Speech, mark
from hub.pages.tables.cells import Cell, state_cell, text_cell
from hub.pages.tables.columns import made, moment, words
from hub.pages.tables.define import Definition, Empty, Kind
from hub.pages.words import word_for
from vision.drawing import DrawnCode, draw_qr
from vision.errors import VisionError

_RANK = {state: rank for rank, state in enumerate(TOKEN_MARKS)}


class NewToken(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown this once: the token, the command, and both as a QR code where it is short enough."""

    made: MadeToken
    command: str
    code: DrawnCode | None


def new_token(made_: MadeToken) -> NewToken:
    """With the command to type on the line PC."""
    folder = made_.line if made_.line and "/" not in made_.line and " " not in made_.line else "line"
    command = f"zhuoyue-agent enroll {made_.text} --config {folder}/agent.toml --plant-key @plant.key.pub"
    try:
        code = draw_qr(made_.text)
    except VisionError:
        code = None
    return NewToken(made=made_, command=command, code=code)


def tokens_table(zone: str) -> Definition[TokenView]:
    """Tokens, the newest first."""
    return Definition(
        id="tokens",
        title=mark("Tokens, the newest first"),
        columns=(
            made("author", mark("agent"), _author, head=True),
            made("state", mark("state"), _state, Kind.STATE, falling=True),
            moment("made", mark("made"), lambda one: one.made_at, zone),
            moment("expires", mark("good until"), lambda one: one.expires, zone),
            moment("used", mark("used"), lambda one: one.used_at, zone),
        ),
        empty=Empty(mark("No token was made yet."), mark("Make one below; it lets one line PC in, once.")),
        page=50,
    )


def pending(rows: tuple[LineRow, ...]) -> tuple[LineRow, ...]:
    """Agents whose key is entered and that were never heard of."""
    return tuple(row for row in rows if row.state is Freshness.NEVER and row.revoked_at is None)


def pending_table(zone: str) -> Definition[LineRow]:
    """Agents that were let in and never heard of."""
    return Definition(
        id="pending",
        title=mark("Let in, never heard of"),
        columns=(
            made("agent", mark("agent"), _agent, head=True),
            words("plant", mark("plant"), lambda row: row.plant.id if row.plant is not None else ""),
            moment("key", mark("key entered"), lambda row: row.key_since, zone),
        ),
        empty=Empty(mark("Every agent that was let in has been heard of.")),
    )


def _author(one: TokenView, speech: Speech) -> Cell:
    beside = f"{one.plant} · {one.line}" + (f" · {speech.say('replaces a key')}" if one.replaces else "")
    return text_cell(one.author, beside=beside, key=one.id)


def _state(one: TokenView, speech: Speech) -> Cell:
    return state_cell(speech.say(word_for(one.state)), TOKEN_MARKS[one.state].value, _RANK[one.state])


def _agent(row: LineRow, _speech: Speech) -> Cell:
    return text_cell(row.author, url=row.url)
