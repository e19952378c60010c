"""A review as one file that needs nothing else: styles within, no scripts, to be kept and printed."""

from functools import cache

from hub.pages.language import Language
from hub.pages.review.document import document_of
from hub.pages.static_files import FILES
from hub.pages.templating import Pages
from hub.review.views import Review

_PLACE = "/* styles */"
_SHEETS = ("tokens", "page", "tables", "states", "kit", "review")


def review_file(pages: Pages, review: Review, language: Language) -> bytes:
    """The whole page, UTF-8."""
    document = document_of(review, pages.speech_in(language))
    page = pages.alone(language, "review_file.html", {"document": document})
    return page.replace(_PLACE, _styles(), 1).encode()  # our own sheets, which escaping would spoil


@cache
def _styles() -> str:
    """What the page is styled by, for screen and paper."""
    shown = [FILES[f"css/{sheet}.css"].read_text(encoding="utf-8") for sheet in _SHEETS]
    printed = FILES["css/print.css"].read_text(encoding="utf-8")
    return "\n".join((*shown, "@media print {", printed, "}"))
