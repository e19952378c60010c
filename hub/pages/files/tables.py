"""Files of a place as a table, and the words for how far a file is."""

from collections.abc import Callable

from hub.intake.kinds import FileKind
from hub.intake.views import IntakeView
from hub.intake.views import State as Far
from hub.pages.home_page import State
from hub.pages.speech import Speech, mark
from hub.pages.tables.cells import Cell, state_cell, text_cell
from hub.pages.tables.columns import made, moment, number, words
from hub.pages.tables.define import Definition, Empty, Kind

STATES: dict[Far, tuple[str, State]] = {
    Far.WAITING: (mark("waits for other files"), State.NEUTRAL),
    Far.CHECKING: (mark("is being checked"), State.NEUTRAL),
    Far.CHECKED: (mark("checked, not entered yet"), State.WARNING),
    Far.WRONG: (mark("refused, nothing was entered"), State.BAD),
    Far.ENTERING: (mark("is being entered"), State.NEUTRAL),
    Far.ENTERED: (mark("entered and sealed in the log"), State.OK),
    Far.GIVEN_UP: (mark("given up, nothing was entered"), State.NEUTRAL),
    Far.FAILED: (mark("failed by a mistake of the hub, nothing was entered"), State.BAD),
}


def kind_text(kind: FileKind | None, name: str, speech: Speech) -> str:
    """What a file holds, in the reader's language."""
    return name if kind is None else kind.words.told(speech.language.value)


def state_text(far: Far, speech: Speech) -> str:
    """How far a file is."""
    return speech.say(STATES[far][0])


def files_table(kinds: dict[str, FileKind], path: Callable[[str], str], zone: str) -> Definition[IntakeView]:
    """One row a file; ``path`` is the page of one."""

    def state(one: IntakeView, speech: Speech) -> Cell:
        text, look = STATES[one.state]
        return state_cell(speech.say(text), look.value, list(Far).index(one.state))

    return Definition(
        id="files",
        title=mark("Files"),
        columns=(
            made("name", mark("file"), lambda one, _: text_cell(one.name or one.id, url=path(one.id)), head=True),
            made("kind", mark("holds"), lambda one, s: text_cell(kind_text(kinds.get(one.kind), one.kind, s))),
            made("state", mark("state"), state, Kind.STATE),
            number("read", mark("rows read"), lambda one: one.rows_read, falling=True),
            number("problems", mark("problems"), lambda one: len(one.problems), falling=True),
            words("by", mark("entered by"), lambda one: one.entered_by),
            moment("begun", mark("sent"), lambda one: one.begun_at, zone),
        ),
        empty=Empty(
            mark("No file was sent lately."),
            mark("Choose one above; it is checked beside your other work, and entered only when you say so."),
        ),
    )
