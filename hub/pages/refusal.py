"""What was refused, said in the reader's language: the sentences of ``hub.said_anew``, with place and advice."""

from pathlib import Path

from hub.pages.language import DEFAULT_LANGUAGE, LOCALE_FOLDER, Language
from hub.said_anew import known, own_words, said
from traceability.errors import ZhuoyueError


def refusal(error: ZhuoyueError, language: Language) -> str:
    """The whole error: where, what, and what to do."""
    if language is DEFAULT_LANGUAGE:
        return str(error)
    where = f"{_anew(error.where, language)}：" if error.where else ""
    advice = f"（{_anew(error.advice, language)}）" if error.advice else ""
    return f"{where}{_anew(error.what, language)}{advice}"


def told_again(text: str, language: Language) -> str:
    """The same of an error that is a text already, as ``str(error)`` makes it; one that was said anew stays."""
    if language is DEFAULT_LANGUAGE or not text:
        return text
    what, bracket, advice = text[:-1].rpartition(" (") if text.endswith(")") else (text, "", "")
    if bracket and known(advice, catalogue_of(language)):
        return f"{told_again(what, language)}（{_anew(advice, language)}）"
    catalogue = catalogue_of(language)
    where, colon, what = text.partition(": ")
    if colon and own_words(text, catalogue) < max(
        own_words(where, catalogue), 0 if " " in where else own_words(what, catalogue)
    ):
        return f"{_anew(where, language)}：{_anew(what, language)}"
    return _anew(text, language)


def catalogue_of(language: Language) -> Path:
    """Where the translations of what is refused stand."""
    return LOCALE_FOLDER / language.value.replace("-", "_") / "LC_MESSAGES" / "refusals.po"


def _anew(text: str, language: Language) -> str:
    return said(text, catalogue_of(language))
