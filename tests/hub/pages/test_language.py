import re
from enum import StrEnum

import pytest
from page_texts import read_catalogue, texts

from hub.pages import words
from hub.pages.language import Language, catalogue_path, preferred_language
from hub.pages.speech import Speech

PLACEHOLDER = re.compile(r"%\((\w+)\)s|%%")
CATALOGUE = read_catalogue(catalogue_path(Language.ZH))


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, Language.EN),
        ("", Language.EN),
        ("zh-CN,zh;q=0.9,en;q=0.8", Language.ZH),
        ("en-GB,en;q=0.9,zh;q=0.8", Language.EN),
        ("en;q=0.3, zh-TW;q=0.4", Language.ZH),
        ("zh;q=0, en;q=0.1", Language.EN),
        ("de, fr;q=0.9", Language.EN),
        ("de, zh;q=0.1", Language.ZH),
        ("zh;q=nonsense, \x00, en", Language.EN),
        ("zh," * 100_000, Language.ZH),
    ],
)
def test_the_browsers_order_of_preference_decides(header: str | None, language: Language) -> None:
    assert preferred_language(header) is language


def test_every_text_of_the_pages_is_translated() -> None:
    known = {message.id: message for message in CATALOGUE if message.id}
    missing = [text for text in texts() if text not in known]
    empty = [message.id for message in known.values() if not all(_strings(message))]
    assert (missing, empty) == ([], [])


def test_no_translation_is_fuzzy_or_left_over() -> None:
    assert [message.id for message in CATALOGUE if message.id and message.fuzzy] == []
    assert {message.id for message in CATALOGUE if message.id} - texts() == set()


def test_translations_name_the_same_values() -> None:
    wrong = []
    for message in CATALOGUE:
        source = message.id if isinstance(message.id, str) else "".join(message.id)
        wrong += [
            (message.id, said)
            for said in (_strings(message) if message.id else ())
            if set(PLACEHOLDER.findall(said)) != set(PLACEHOLDER.findall(source))
        ]
    assert wrong == []


@pytest.mark.parametrize("table", [*words.TABLES, words.LEVELS])
def test_every_code_has_its_word_in_both_languages(table: dict[StrEnum, str]) -> None:
    assert set(table) == set(type(next(iter(table))))
    chinese = Speech(Language.ZH)
    assert [text for text in table.values() if not re.search("[\u4e00-\u9fff]", chinese.say(text))] == []


@pytest.mark.parametrize(
    ("english", "zh"),
    [
        ("rolled throughput yield", "全过程一次交验合格率"),
        ("assurance", "保证级"),
        ("internal quality loss rate", "内部质量损失率"),
        ("not rated", "未评"),
        ("disputed", "存疑"),
        ("lot", "批次"),
        ("unit", "单件"),
    ],
)
def test_chinese_speaks_in_the_words_of_the_notice(english: str, zh: str) -> None:
    assert Speech(Language.ZH).say(english) == zh


def _strings(message: object) -> tuple[str, ...]:
    string = message.string  # type: ignore[attr-defined]
    return string if isinstance(string, tuple) else (string,)
