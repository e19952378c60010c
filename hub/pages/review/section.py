"""A report in sections: what a template shows without knowing what it is about."""

import msgspec


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """Words of a table's cell; ``beside`` stands below, ``state`` (ok, warning, bad, neutral) gives a shape."""

    text: str
    beside: str = ""
    state: str = ""
    number: bool = False
    url: str = ""
    code: bool = False


class Heading(msgspec.Struct, frozen=True):
    """Of a column; ``help`` is a topic of ``help_texts``."""

    text: str
    number: bool = False
    help: str = ""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """``lead`` are sentences, ``rows`` a table whose first cell names the row; ``empty`` stands where there is none.

    ``heights`` from 0 to 1 draw a line (None: a gap), ``drawn`` says it in words.
    """

    id: str
    title: str
    lead: tuple[str, ...] = ()
    heads: tuple[Heading, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    empty: str = ""
    heights: tuple[float | None, ...] = ()
    drawn: str = ""


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A report: what it is about, the answer, and its sections. ``facts`` are pairs of word and figure."""

    title: str
    kicker: str
    answer: str
    beside: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]


def figure(text: str, beside: str = "") -> Cell:
    """A cell that stands on the right."""
    return Cell(text=text, beside=beside, number=True)


def words(text: str, beside: str = "", url: str = "") -> Cell:
    """A cell of words."""
    return Cell(text=text, beside=beside, url=url)
