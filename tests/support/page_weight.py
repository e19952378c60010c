"""What a page weighs, and what a browser would load for it."""

import re
from html.parser import HTMLParser

from hub.pages.static_files import FILES, PLOTLY_PATH

LARGEST = 300_000
"""Bytes of a page, all told."""


class Seen(HTMLParser):
    """What a browser would load, and what the policy of contents would refuse."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.pictures: list[str] = []
        self.lazy: set[str] = set()
        self.refused: list[str] = []
        self.targets: list[str] = []
        self.ids: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        self.ids += [names["id"] or ""] if "id" in names else []
        if "popovertarget" in names:
            self.targets.append(names["popovertarget"] or "")
        if tag == "style" or "style" in names or any(name.startswith("on") for name in names):
            self.refused.append(self.get_starttag_text() or tag)
        if tag == "script" and "src" not in names and names.get("type") != "application/json":
            self.refused.append(self.get_starttag_text() or tag)
        if tag == "img":
            self.pictures.append(names["src"] or "")
            self.lazy |= {names["src"] or ""} if names.get("loading") == "lazy" else set()
        source = names.get("src") or (names.get("href") if tag == "link" else None)
        if source:
            self.loaded.append(source)


def trail_of(html: str) -> list[str]:
    """The titles of the trail, from the home page to the page itself."""
    begin = html.find('class="trail"')
    within = html[begin : html.index("</nav>", begin)] if begin >= 0 else ""
    return re.findall(r"<(?:a|span)[^>]*>([^<]*)</", within)


def weight(html: str) -> int:
    """Bytes of the page with its styles and scripts, which import each other, but Plotly's file and pictures."""
    own = {
        address.split("/", 3)[3]
        for address in Seen(html).loaded
        if address.startswith("/static/") and address != PLOTLY_PATH
    }
    scripts = {name for name in FILES if name.endswith(".mjs")} if any(name.endswith(".mjs") for name in own) else set()
    return len(html.encode()) + sum(FILES[name].stat().st_size for name in own | scripts)
