"""Cases as a table of a page."""

from hub.knowledge.views import CaseView
from hub.page_paths import case_path
from hub.pages.speech import Speech, mark
from hub.pages.tables.cells import Cell, text_cell
from hub.pages.tables.columns import made, moment, words
from hub.pages.tables.define import Definition, Empty


def cases_table(zone: str) -> Definition[CaseView]:
    """One row a case; best cases and the closest first."""
    return Definition(
        id="cases",
        title=mark("Cases"),
        columns=(
            made("title", mark("case"), _title, head=True),
            words("cause", mark("cause"), lambda one: one.content.cause),
            words("action", mark("action that worked"), lambda one: one.content.action),
            made("about", mark("about"), _about),
            made("owner", mark("of"), _owner),
            moment("entered", mark("entered"), lambda one: one.entered_at, zone),
        ),
        empty=Empty(
            mark("No case fits."),
            mark(
                "Ask with fewer words, or enter a case: from an improvement that was closed as effective, or by hand."
            ),
        ),
    )


def about_text(one: CaseView) -> str:
    """Part, characteristic, defect, operation and machine type."""
    about = one.content
    named = (about.part, about.operation, about.characteristic, about.defect, about.machine_type)
    return " · ".join(text for text in named if text)


def _title(one: CaseView, speech: Speech) -> Cell:
    best = speech.say("best case") if one.content.best_case else ""
    return text_cell(one.content.title, url=case_path(one.id), beside=best or one.content.problem[:120])


def _about(one: CaseView, _speech: Speech) -> Cell:
    return text_cell(about_text(one))


def _owner(one: CaseView, speech: Speech) -> Cell:
    shared = speech.say("shared") if one.shared_with else ""
    return text_cell(one.organisation, beside=" · ".join(part for part in (one.content.plant, shared) if part))
