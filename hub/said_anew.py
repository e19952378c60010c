"""A sentence of an error, said anew in another language by its shape.

Errors carry a sentence in English, made where they are raised. The shapes of these sentences, with ``{names}`` for what
was put into them, are the texts of a catalogue of their own (``refusals.po``); a sentence that has one of the shapes is
said anew by its translation, with what was put in said the same way. Of several shapes the one with the most words of
its own counts. ``tests/support/refusal_texts.py`` finds the shapes in the code and a test finds those without a
translation; what has no known shape stays as it is. Pages speak so, and so do the rows of a table that is refused.
"""

import re
from functools import cache
from pathlib import Path

CHINESE = Path(__file__).parent / "pages" / "locale" / "zh_CN" / "LC_MESSAGES" / "refusals.po"
_PLACE = re.compile(r"\{(\w+)\}")
_LINES = r'((?:\s*"(?:[^"\\]|\\.)*")+)'
_PAIR = re.compile(rf"^msgid{_LINES}\s*^msgstr{_LINES}", re.MULTILINE)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")
_MEANT = {"n": "\n", "t": "\t", "r": "\r"}
_LONGEST = 4_000
_DEEPEST = 5
Shape = tuple[re.Pattern[str], str, int]


def said(text: str, catalogue: Path, depth: int = 0) -> str:
    """``text`` by the translations of a catalogue; as it is where it has no known shape."""
    if not text or len(text) > _LONGEST or depth > _DEEPEST:
        return text
    found = _fitting(text, catalogue)
    several = text.split("; ")
    if len(several) > 1 and (found is None or found[2] < sum(own_words(part, catalogue) for part in several)):
        return "；".join(said(part, catalogue, depth + 1) for part in several)
    if found is not None:
        match, translation, _ = found
        return _filled(translation, {name: said(part, catalogue, depth + 1) for name, part in _parts(match)})
    parts = text.split(": ")
    anew = [said(part, catalogue, depth + 1) for part in parts] if len(parts) > 1 else parts
    return text if anew == parts else "：".join(anew)


def known(text: str, catalogue: Path) -> bool:
    """Whether it has the shape of a sentence that is translated."""
    return _fitting(text, catalogue) is not None


def own_words(text: str, catalogue: Path) -> int:
    """Characters of the shape that ``text`` has, without what is put in; 0 for none."""
    found = _fitting(text, catalogue)
    return 0 if found is None else found[2]


def _fitting(text: str, catalogue: Path) -> tuple[re.Match[str], str, int] | None:
    for shape, translation, words in shapes_of(catalogue):
        match = shape.fullmatch(text)
        if match is not None:
            return match, translation, words
    return None


def _parts(found: re.Match[str]) -> list[tuple[str, str]]:
    return [(name, part or "") for name, part in found.groupdict().items()]


def _filled(translation: str, parts: dict[str, str]) -> str:
    return _PLACE.sub(lambda place: parts.get(place[1], place[0]), translation)


@cache
def shapes_of(catalogue: Path) -> tuple[Shape, ...]:
    """Every shape with its translation, that with the most words of its own first."""
    pairs = _PAIR.findall(catalogue.read_text(encoding="utf-8"))
    weighed = [
        (shape_of(template), translation, len(_PLACE.sub("", template)))
        for template, translation in ((_joined(one), _joined(other)) for one, other in pairs)
        if template and translation
    ]
    return tuple(sorted(weighed, key=lambda one: -one[2]))


def _joined(quoted: str) -> str:
    """The lines of one text of a catalogue (GNU gettext, PO files), put together."""
    return "".join(_ESCAPED.sub(lambda sign: _MEANT.get(sign[1], sign[1]), line) for line in _QUOTED.findall(quoted))


def shape_of(template: str) -> re.Pattern[str]:
    """What sentences of this shape look like."""
    pieces = _PLACE.split(template)
    seen: set[str] = set()
    pattern = ""
    for at, piece in enumerate(pieces):
        if at % 2 == 0:
            pattern += re.escape(piece)
        else:
            pattern += f"(?P={piece})" if piece in seen else f"(?P<{piece}>.*?)"
            seen.add(piece)
    return re.compile(pattern, re.DOTALL)
