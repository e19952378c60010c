"""A page as lines of text, one for each row, list entry or paragraph with a figure: what a reader reads together."""

import re
from html import unescape

_NOT_READ = re.compile(
    r'<script.*?</script>|<div class="help__text.*?</div>|<nav.*?</nav>|<header class="top".*?</header>'
    r"|<footer.*?</footer>",
    re.DOTALL,
)
_ENDS = re.compile(r"</(?:tr|div|li|p|h1|h2|section|dd|caption|article)>")
_TAG = re.compile(r"<[^>]*>")


def rows_of(html: str) -> list[str]:
    """In the order of the page, with single spaces."""
    pieces = (_TAG.sub(" ", piece) for piece in _ENDS.split(_NOT_READ.sub(" ", html)))
    read = (" ".join(unescape(piece).replace("\N{NO-BREAK SPACE}", " ").split()) for piece in pieces)
    return [row for row in read if any(letter.isdigit() for letter in row)]


def holds(row: str, words: tuple[str, ...]) -> bool:
    """Whether ``words`` stand in the row, one behind the other, none of them within a longer figure."""
    between = r"(?![\d.,]*\d).*?(?<![\d.,])"
    return re.search(r"(?<![\d.,])" + between.join(map(re.escape, words)) + r"(?![\d.,]*\d)", row) is not None
