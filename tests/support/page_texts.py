"""Every text that the pages say, found in templates and code; run as a script it brings the catalogues up to date.

Texts no longer said are dropped, new ones are added without a translation: fill them in, tests ask for it.
"""

import sys
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

PAGES = Path(__file__).parents[2] / "hub" / "pages"
METHODS = [("**/*.py", "python"), ("**/*.html", "jinja2.ext:babel_extract")]
KEYWORDS = {"say": None, "mark": None, "say_count": (1, 2)}
LINE = 120

Text = str | tuple[str, str]


def texts() -> set[Text]:
    """Texts, and pairs of singular and plural."""
    found = extract_from_dir(PAGES, METHODS, keywords=KEYWORDS)
    return {tuple(message[2]) if isinstance(message[2], tuple) else message[2] for message in found}


def read_catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="zh_CN")


def update(path: Path) -> None:
    old = read_catalogue(path)
    new = Catalog(locale="zh_CN", project="Zhuoyue", fuzzy=False, header_comment="# Texts of the pages in Chinese.")
    new.creation_date = old.creation_date
    new.revision_date = old.revision_date
    for text in sorted(texts(), key=str):
        known = old.get(text if isinstance(text, str) else text[0])
        new.add(text, known.string if known else None)
    with path.open("wb") as file:
        write_po(file, new, width=LINE, omit_header=False, no_location=True)


if __name__ == "__main__":
    update(Path(sys.argv[1]))
