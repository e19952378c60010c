"""HTML from Python values: every text is escaped, because there is no other way to put one in."""

from collections.abc import Iterable
from html import escape

_VOID = frozenset({"link", "meta", "br"})


class Markup(str):
    """Text that is HTML already; made by ``tag`` and ``joined`` only."""

    __slots__ = ()


Content = str | Iterable["Content"] | None


def tag(name: str, /, *content: Content, **attributes: str | None) -> Markup:
    """One element. ``class_`` and ``http_equiv`` name the attributes ``class`` and ``http-equiv``; None leaves out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{joined(content)}</{name}>")


def joined(content: Content) -> Markup:
    """All content one after another."""
    if content is None:
        return Markup()
    if isinstance(content, Markup):
        return content
    if isinstance(content, str):
        return Markup(escape(content))
    return Markup("".join(map(joined, content)))
