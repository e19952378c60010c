"""The page about writing a profile cannot drift: its profile proves itself, and it names every key and choice."""

import re
from pathlib import Path

import pytest

from firmware_profiles.check import problems
from firmware_profiles.format import DataType, Encoding, Order, Point
from firmware_profiles.handshakes import HANDSHAKES
from firmware_profiles.parse import parse_profile
from firmware_profiles.variant import variant

DOCS = Path(__file__).resolve().parents[2] / "docs"
TOLD_ONLY = {"field", "words"}


@pytest.fixture(params=["en", "zh-CN"])
def page(request):
    return (DOCS / request.param / "profiles.md").read_text(encoding="utf-8")


def test_the_profile_on_the_page_proves_itself(page):
    (text,) = re.findall(r"```toml\n(.*?)```", page, flags=re.DOTALL)
    profile = parse_profile(text, "acme/press-200.toml")
    assert problems(profile) == []
    assert profile.point("force").address == 10
    assert variant(profile, "2.1").point("force").address == 30


def test_every_key_and_choice_stands_on_the_page(page):
    keys = set(Point.__struct_fields__) - TOLD_ONLY - {"name"}
    choices = {*map(str, DataType), *map(str, Order), *map(str, Encoding), *HANDSHAKES}
    assert {word for word in keys | choices if f"`{word}`" not in page} == set()
