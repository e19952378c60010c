"""What was refused, said in the reader's language.

Errors carry a sentence in English, made where they are raised. The shapes of these sentences, with ``{names}`` for what
was put into them, are the texts of a catalogue of their own (``refusals.po``); a sentence that has one of the shapes is
said anew by its translation, with what was put in said the same way. Of several shapes the one with the most words of
its own counts. ``tests/support/refusal_texts.py`` finds the shapes in the code and a test finds those without a
translation; what has no known shape stays as it is.
"""

import re
from functools import cache

from babel.messages.pofile import read_po

from hub.pages.language import DEFAULT_LANGUAGE, LOCALE_FOLDER, Language
from traceability.errors import ZhuoyueError

_PLACE = re.compile(r"\{(\w+)\}")
_LONGEST = 4_000
_DEEPEST = 5
Shape = tuple[re.Pattern[str], str, int]


def refusal(error: ZhuoyueError, language: Language) -> str:
    """The whole error: where, what, and what to do."""
    if language is DEFAULT_LANGUAGE:
        return str(error)
    where = f"{_said(error.where, language)}：" if error.where else ""
    advice = f"（{_said(error.advice, language)}）" if error.advice else ""
    return f"{where}{_said(error.what, language)}{advice}"


def told_again(text: str, language: Language) -> str:
    """The same of an error that is a text already, as ``str(error)`` makes it; one that was said anew stays."""
    if language is DEFAULT_LANGUAGE or not text:
        return text
    what, bracket, advice = text[:-1].rpartition(" (") if text.endswith(")") else (text, "", "")
    if bracket and _known(advice, language):
        return f"{told_again(what, language)}（{_said(advice, language)}）"
    where, colon, what = text.partition(": ")
    if colon and _own_words(text, language) < max(
        _own_words(where, language), 0 if " " in where else _own_words(what, language)
    ):
        return f"{_said(where, language)}：{_said(what, language)}"
    return _said(text, language)


def _said(text: str, language: Language, depth: int = 0) -> str:
    if not text or len(text) > _LONGEST or depth > _DEEPEST:
        return text
    found = _fitting(text, language)
    several = text.split("; ")
    if len(several) > 1 and (found is None or found[2] < sum(_own_words(part, language) for part in several)):
        return "；".join(_said(part, language, depth + 1) for part in several)
    if found is not None:
        match, translation, _ = found
        return _filled(translation, {name: _said(part, language, depth + 1) for name, part in _parts(match)})
    parts = text.split(": ")
    anew = [_said(part, language, depth + 1) for part in parts] if len(parts) > 1 else parts
    return text if anew == parts else "：".join(anew)


def _known(text: str, language: Language) -> bool:
    return _fitting(text, language) is not None


def _own_words(text: str, language: Language) -> int:
    """Characters of the shape that ``text`` has, without what is put in; 0 for none."""
    found = _fitting(text, language)
    return 0 if found is None else found[2]


def _fitting(text: str, language: Language) -> tuple[re.Match[str], str, int] | None:
    for shape, translation, words in shapes_of(language):
        match = shape.fullmatch(text)
        if match is not None:
            return match, translation, words
    return None


def _parts(found: re.Match[str]) -> list[tuple[str, str]]:
    return [(name, part or "") for name, part in found.groupdict().items()]


def _filled(translation: str, parts: dict[str, str]) -> str:
    return _PLACE.sub(lambda place: parts.get(place[1], place[0]), translation)


@cache
def shapes_of(language: Language) -> tuple[Shape, ...]:
    """Every shape with its translation, that with the most words of its own first."""
    path = LOCALE_FOLDER / language.value.replace("-", "_") / "LC_MESSAGES" / "refusals.po"
    with path.open("rb") as file:
        known = [(str(one.id), str(one.string)) for one in read_po(file) if one.id and one.string]
    weighed = [(shape_of(template), translation, len(_PLACE.sub("", template))) for template, translation in known]
    return tuple(sorted(weighed, key=lambda one: -one[2]))


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
