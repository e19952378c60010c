"""Both languages say everything, with the same values in it, and nothing that no page says."""

import re
import string
from pathlib import Path

import pytest

import edge_agent.local_page
from edge_agent.local_page.language import LANGUAGES, catalogue, chosen
from traceability.quality.alarm.rule import AlarmKind
from traceability.unit import Flag, Verdict

FOLDER = Path(edge_agent.local_page.__file__).parent
SAID = re.compile(r'\bsay(?:\.known)?\(\s*"([a-z_]+)"')
CODE = "\n".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py"))


def fields(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_a_text_stands_in_both_languages_with_the_same_values(key):
    texts = catalogue()[key]
    assert set(texts) == set(LANGUAGES)
    assert all(texts.values())
    assert fields(texts["en"]) == fields(texts["zh-CN"])


def test_every_text_the_pages_say_is_there():
    assert set(SAID.findall(CODE)) <= set(catalogue())
    assert {f"verdict_{verdict}" for verdict in Verdict} | {f"flag_{flag}" for flag in Flag} <= set(catalogue())
    assert {f"note_alarm_{kind}" for kind in AlarmKind} <= set(catalogue())


def test_no_text_is_there_that_nobody_says():
    made = ("answer_", "title_", "verdict_", "flag_", "uplink_", "note_alarm_", "log ")
    unsaid = {key for key in catalogue() if f'"{key}"' not in CODE and not key.startswith(made)}
    assert {
        key for key in unsaid if not (key.endswith("_title") and f'"{key.removesuffix("_title")}"' in CODE)
    } == set()


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        (None, "", "en"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        (None, "zh-Hans-CN", "zh-CN"),
        (None, "en-GB;q=0.8, zh;q=0.7", "en"),
        (None, "en;q=0, zh;q=0.1", "zh-CN"),
        (None, "fr, de;q=0.5", "en"),
        (None, ";;,q=9,zh;q=2,\x00", "en"),
        ("zh-CN", "en", "zh-CN"),
        ("xx", "zh", "zh-CN"),
    ],
)
def test_the_language_is_the_readers(asked, accepted, language):
    assert chosen(asked, accepted) == language
