"""``org token``, ``org tokens`` and ``org revoke-token`` on a hub's folder."""

import json

import pytest
from small_hub import small_agent, small_hub

from hub.cli import main


@pytest.fixture
def folder(tmp_path):
    hub = small_hub(tmp_path / "hub")
    small_agent(hub)
    hub.store.close()
    return str(tmp_path / "hub")


def said(capsys, *arguments):
    code = main([*arguments, "--json"])
    told = capsys.readouterr()
    return code, json.loads(told.out) if told.out else told.err


def test_a_token_is_made_listed_without_itself_and_revoked(folder, capsys):
    whose = ("--data", folder, "--organisation", "plant-a-company")
    code, made = said(capsys, "org", "token", *whose, "--scope", "read", "--scope", "admin", "--expires", "90d")
    assert code == 0
    assert made["scopes"] == "admin read"
    code, listed = said(capsys, "org", "tokens", *whose)
    assert [one["id"] for one in listed["tokens"]] == [made["id"]]
    assert made["token"] not in json.dumps(listed)
    assert said(capsys, "org", "revoke-token", made["id"], "--data", folder)[0] == 0
    _, after = said(capsys, "org", "tokens", *whose)
    assert after["tokens"][0]["revoked_at"] is not None


@pytest.mark.parametrize(
    "wrong",
    [
        ("token", "--organisation", "nobody", "--scope", "read"),
        ("token", "--organisation", "plant-a-company", "--scope", "read", "--expires", "9999d"),
        ("token", "--organisation", "plant-a-company", "--scope", "read", "--note", "x" * 201),
        ("revoke-token", "no-such-token"),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(folder, capsys, wrong):
    code, told = said(capsys, "org", *wrong, "--data", folder)
    assert code == 1
    assert told.startswith("zhuoyue-hub: ")
    assert told.count("\n") == 1
