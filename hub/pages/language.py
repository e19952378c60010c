"""Which language a page speaks, and the catalogue it speaks from.

English is the source: its texts stand in templates and code. Every other language has a gettext catalogue
``locale/<locale>/LC_MESSAGES/messages.po``, read when the pages are made and compiled in memory, so that no compiled
copy can fall behind. A reader's choice is kept in a cookie; before one is made, the browser's order of preference
(``Accept-Language``, RFC 9110, 12.5.4) decides.
"""

import io
import re
from enum import StrEnum
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE_FOLDER = Path(__file__).parent / "locale"
DOMAIN = "messages"
LANGUAGE_COOKIE = "lang"
LANGUAGE_PARAMETER = "lang"

_RANGE = re.compile(r"([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)(?:\s*;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?))?")
_LONGEST_HEADER = 1000


class Language(StrEnum):
    """A language of the pages, by its BCP 47 tag."""

    EN = "en"
    ZH = "zh-CN"

    @property
    def own_name(self) -> str:
        """What its speakers call it."""
        return "中文" if self is Language.ZH else "English"


DEFAULT_LANGUAGE = Language.EN
_BY_PRIMARY_SUBTAG = {language.value.partition("-")[0]: language for language in Language}


def locale_of(language: Language) -> Locale:
    """How the language writes numbers and dates."""
    return Locale.parse(language.value, sep="-")


@cache
def translations_of(language: Language) -> NullTranslations:
    """The catalogue of ``language``, compiled when it is first asked for; the source language needs none."""
    if language is DEFAULT_LANGUAGE:
        return NullTranslations()
    path = catalogue_path(language)
    with path.open("rb") as file:
        catalogue = read_po(file, locale=locale_of(language), domain=DOMAIN)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def catalogue_path(language: Language) -> Path:
    """The ``.po`` file of a language."""
    return LOCALE_FOLDER / language.value.replace("-", "_") / "LC_MESSAGES" / f"{DOMAIN}.po"


def chosen_language(text: str | None) -> Language | None:
    """The language of a cookie or of ``?lang=``; None when it names none that we speak."""
    return next((language for language in Language if language.value == text), None)


def preferred_language(accept_language: str | None) -> Language:
    """The best of our languages by an ``Accept-Language`` header; what can't be read in it is skipped."""
    wanted: list[tuple[float, int, Language]] = []
    for place, part in enumerate((accept_language or "")[:_LONGEST_HEADER].split(",")):
        match = _RANGE.fullmatch(part.strip())
        language = _BY_PRIMARY_SUBTAG.get(match[1].partition("-")[0].lower()) if match else None
        weight = float(match[2] or 1) if match else 0.0
        if language is not None and weight > 0:
            wanted.append((-weight, place, language))
    return min(wanted)[2] if wanted else DEFAULT_LANGUAGE
