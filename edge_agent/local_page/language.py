"""Which of the two languages a person reads, and what each text is called in it.

``words.toml`` holds every text in both; a text that lacks one, or that no page says, fails the tests.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["en", "zh-CN"]
LANGUAGES: tuple[Language, ...] = ("en", "zh-CN")
_WORDS = Path(__file__).with_name("words.toml")
_CHOICE = re.compile(r"^\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*$")
_LONGEST_HEADER = 500


class Words:
    """The texts in one language."""

    def __init__(self, language: Language, texts: Mapping[str, str]) -> None:
        self.language = language
        self._texts = texts

    def __call__(self, key: str, **values: object) -> str:
        """The text of ``key`` with its ``{values}`` filled in."""
        return self._texts[key].format(**values)

    def known(self, key: str, otherwise: str) -> str:
        """The text of ``key`` where there is one: words of the log are shown as they are otherwise."""
        return self._texts.get(key, otherwise)


@cache
def catalogue() -> dict[str, dict[Language, str]]:
    """Every text in every language, by key."""
    with _WORDS.open("rb") as file:
        found: dict[str, dict[Language, str]] = tomllib.load(file)
    return found


@cache
def words(language: Language) -> Words:
    """The texts in that language."""
    return Words(language, {key: texts[language] for key, texts in catalogue().items()})


def chosen(asked: str | None, accepted: str) -> Language:
    """The language that the address asks for, else the first known one of an Accept-Language header, else English.

    RFC 9110, 12.5.4: higher ``q`` first, in the order written where equal; 0 means never.
    """
    for language in LANGUAGES:
        if asked == language:
            return language
    ranked: list[tuple[float, Language]] = []
    for part in accepted[:_LONGEST_HEADER].split(","):
        found = _CHOICE.match(part)
        language_of = _known(found[1]) if found else None
        if found and language_of is not None:
            ranked.append((float(found[2] or 1), language_of))
    ranked = sorted((entry for entry in ranked if entry[0] > 0), key=lambda entry: -entry[0])
    return ranked[0][1] if ranked else "en"


def _known(written: str) -> Language | None:
    primary = written.lower().partition("-")[0]
    return {"zh": "zh-CN", "en": "en"}.get(primary)  # type: ignore[return-value]
