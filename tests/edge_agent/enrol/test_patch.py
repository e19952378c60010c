"""Values put into a configuration: they stand there as a TOML reader sees it, and nothing else has changed."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.enrol.patch import patched
from edge_agent.errors import ConfigError
from edge_agent.template import CONFIG, quoted

WRITTEN = CONFIG.format(**quoted(author="a", environment="test", url="https://old", public_key="k"))
_VALUE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)


@settings(deadline=None)
@given(url=_VALUE, pin=_VALUE)
def test_any_value_comes_back_and_everything_else_stays(url: str, pin: str) -> None:
    result = patched(WRITTEN, "hub", {"url": url, "tls_pin": pin}, "f")
    before, after = tomllib.loads(WRITTEN), tomllib.loads(result)
    assert after.pop("hub") == before.pop("hub") | {"url": url, "tls_pin": pin}
    assert after == before
    comments = [line for line in WRITTEN.splitlines() if line.lstrip().startswith("#")]
    assert [line for line in result.splitlines() if line.lstrip().startswith("#")] == comments
    assert patched(result, "hub", {"url": url, "tls_pin": pin}, "f") == result


def test_a_table_that_is_not_there_is_added_before_the_devices() -> None:
    result = patched(WRITTEN, "plant", {"id": "p", "public_key": "k"}, "f")
    assert tomllib.loads(result) == tomllib.loads(WRITTEN) | {"plant": {"id": "p", "public_key": "k"}}


@pytest.mark.parametrize(
    "text", ['hub = {url = "a"}\n', 'hub.url = "a"\n', '[hub]\nurl = """\na"""\n', '[hub]\n"url" = "a"\n']
)
def test_a_spelling_it_does_not_know_is_left_alone_and_said(text: str) -> None:
    with pytest.raises(ConfigError, match="write there yourself"):
        patched(text, "hub", {"url": "b"}, "agent.toml")
