"""A secret stands outside the configuration, is readable by its owner only, and is never shown."""

import logging
import os
import pickle

import msgspec
import pytest

from edge_agent.config.secret import SecretRefused, read_secret, unread_secret
from edge_agent.config.toml import convert
from edge_agent.errors import ConfigError
from edge_agent.log import JsonFormatter, LineFormatter
from edge_agent.secret import Secret

VALUE = "correct horse battery staple"


class Login(msgspec.Struct, frozen=True, kw_only=True):
    user: str
    password: Secret | None = None


@pytest.fixture
def kept(tmp_path):
    file = tmp_path / "password"
    file.write_text(VALUE + "\n", encoding="utf-8")
    file.chmod(0o600)
    return file


def test_a_file_gives_its_content_without_the_line_end(kept, tmp_path):
    assert read_secret("secret:file:password", tmp_path).reveal() == VALUE
    assert read_secret(f"secret:file:{kept}", tmp_path / "elsewhere").reveal() == VALUE


def test_the_environment_gives_its_value(tmp_path):
    assert read_secret("secret:env:PLC_PASSWORD", tmp_path, {"PLC_PASSWORD": VALUE}).reveal() == VALUE


@pytest.mark.parametrize(
    "written", [VALUE, "", "secret:", "secret:vault:x", "env:PLC", 7, True, None, ["secret:env:X"]]
)
@pytest.mark.parametrize("reader", [read_secret, unread_secret])
def test_a_secret_written_out_is_refused_without_repeating_it(written, reader, tmp_path):
    with pytest.raises(SecretRefused, match='write "secret:file:PATH"') as refused:
        reader(written, tmp_path)
    assert VALUE not in str(refused.value)


@pytest.mark.skipif(os.name != "posix", reason="rights are kept elsewhere on Windows")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o610])
def test_a_file_that_others_can_reach_is_refused(kept, tmp_path, mode):
    kept.chmod(mode)
    with pytest.raises(SecretRefused, match="others may read too; run: chmod 600"):
        read_secret("secret:file:password", tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "is empty"), (b"\n", "is empty"), (b"x" * 70_000, "is too large"), (b"\xff", "not UTF-8")],
)
def test_a_file_that_is_no_secret_is_refused(kept, tmp_path, content, said):
    kept.write_bytes(content)
    with pytest.raises(SecretRefused, match=said):
        read_secret("secret:file:password", tmp_path)


def test_a_reference_that_leads_nowhere_is_named(tmp_path):
    with pytest.raises(SecretRefused, match="'NOT_THERE', which is not set"):
        read_secret("secret:env:NOT_THERE", tmp_path, {})
    with pytest.raises(SecretRefused, match="cannot be read"):
        read_secret("secret:file:none", tmp_path)


def test_a_setting_names_its_key_when_it_is_refused(kept, tmp_path):
    file = str(tmp_path / "agent.toml")
    found = convert({"user": "u", "password": "secret:file:password"}, file, Login, within='device "a".settings.')
    assert found.password.reveal() == VALUE
    with pytest.raises(ConfigError) as refused:
        convert({"user": "u", "password": VALUE}, file, Login, within='device "a".settings.')
    assert refused.value.key == 'device "a".settings.password'
    assert VALUE not in str(refused.value)


def test_who_only_looks_needs_no_secret(tmp_path):
    assert unread_secret("secret:env:NOT_THERE", tmp_path).reveal() == ""


def test_a_secret_is_never_shown():
    secret = Secret("env:PLC", VALUE)
    record = logging.LogRecord("x", logging.INFO, "f", 1, "login %s", (secret,), None)
    record.fields = {"password": secret, "settings": Login(user="u", password=secret)}
    shown = [
        repr(secret), str(secret), f"{secret}", f"{[secret]}", repr(Login(user="u", password=secret)),
        LineFormatter().format(record), JsonFormatter().format(record),
    ]  # fmt: skip
    assert not [text for text in shown if VALUE in text]
    assert all("env:PLC" in text for text in shown)
    with pytest.raises(TypeError):
        msgspec.json.encode(Login(user="u", password=secret))
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_a_changed_secret_is_a_changed_setting():
    assert Secret("env:PLC", "a") != Secret("env:PLC", "b")
    assert Login(user="u", password=Secret("env:PLC", "a")) == Login(user="u", password=Secret("env:PLC", "a"))
