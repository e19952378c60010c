"""``init``'s first administrator, and the verbs ``user`` and ``provider`` on a hub's folder."""

import json
import re

import pytest
from small_hub import small_agent, small_hub
from small_people import HTML, PASSWORD

from hub.cli import main

LINK = re.compile(r"/sign-in/link/[0-9a-f]{64}")


@pytest.fixture
def folder(tmp_path):
    hub = small_hub(tmp_path / "hub")
    small_agent(hub)
    hub.store.close()
    return str(tmp_path / "hub")


@pytest.fixture
def said(capsys):
    def run(*arguments):
        capsys.readouterr()
        code = main([*arguments, "--json"])
        told = capsys.readouterr()
        return code, json.loads(told.out) if told.out else told.err

    return run


async def test_init_makes_the_first_administrator_who_sets_a_password_by_a_link(tmp_path, said):
    import httpx

    from hub.composition import open_hub
    from hub.pages.site import create_site

    code, made = said("init", "--data", str(tmp_path / "new"), "--admin", "root@example.com")
    assert (code, made["first_user"]) == (0, "root@example.com")
    assert LINK.fullmatch(made["first_link"])
    hub = open_hub(tmp_path / "new")
    transport = httpx.ASGITransport(create_site(hub))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=HTML) as browser:
        assert (await browser.get("/")).headers["location"] == "/sign-in"
        form = {"password": PASSWORD, "again": PASSWORD}
        assert (await browser.post(made["first_link"], data=form)).status_code == 303
        assert (await browser.get("/users")).status_code == 200
        assert (await browser.get(made["first_link"])).status_code == 404
    secret = made["first_link"].rpartition("/")[2].encode()
    assert not any(secret in path.read_bytes() for path in (tmp_path / "new").iterdir() if path.is_file())
    hub.store.close()


def test_users_are_added_listed_changed_reset_and_disabled(folder, said, tmp_path):
    at = ("--data", folder)
    whose = ("--organisation", "plant-a-company")
    code, made = said("user", "add", "Li.Na", "--role", "quality", *whose, "--plant", "plant-a", *at)
    assert (code, made["user"]) == (0, "li.na")
    assert LINK.fullmatch(made["link"])
    word = tmp_path / "password"
    word.write_text(PASSWORD + "\n")
    assert said("user", "add", "root", "--role", "admin", "--password-file", str(word), *at)[1] == {
        "user": "root", "role": "admin",
    }  # fmt: skip
    listed = said("user", "list", *at)[1]["users"]
    assert [(one["login"], one["role"], one["password"]) for one in listed] == [
        ("root", "admin", True), ("li.na", "quality", False),
    ]  # fmt: skip
    assert 'password":"$' not in json.dumps(listed)
    assert said("user", "role", "LI.NA", "--role", "auditor", *at)[1]["plants"] == "plant-a"
    assert said("user", "disable", "li.na", *at)[0] == 0
    assert [one["login"] for one in said("user", "list", *whose, *at)[1]["users"]] == ["li.na"]
    assert said("user", "list", *whose, *at)[1]["users"][0]["disabled_at"] is not None
    assert said("user", "enable", "li.na", *at)[0] == 0
    assert LINK.fullmatch(said("user", "reset", "li.na", *at)[1]["link"])


def test_an_identity_provider_is_set_shown_and_removed(folder, said, tmp_path):
    at = ("--data", folder)
    secret = tmp_path / "secret"
    secret.write_text("a client's secret\n")
    words = ("--issuer", "https://id.example", "--client", "hub", "--label", "Example", "--role", "viewer")
    assert said("provider", "set", *words, "--client-secret-file", str(secret), *at)[0] == 0
    shown = said("provider", "show", *at)[1]
    assert (shown["secret"], shown["adds_role"]) == (True, "viewer")
    assert "client's" not in json.dumps(shown)
    assert said("provider", "remove", *at)[0] == 0
    assert said("provider", "show", *at)[0] == 1


@pytest.mark.parametrize(
    "wrong",
    [
        ("user", "add", "x", "--role", "viewer", "--organisation", "nobody"),
        ("user", "add", "x", "--role", "viewer", "--plant", "plant-a"),
        ("user", "add", "two words", "--role", "viewer"),
        ("user", "add", "x" * 200, "--role", "viewer"),
        ("user", "add", "x", "--role", "viewer", "--password-file", "/nowhere/at/all"),
        ("user", "reset", "nobody"),
        ("user", "role", "nobody", "--role", "viewer"),
        ("provider", "set", "--issuer", "http://id.example", "--client", "c", "--label", "l"),
        ("provider", "set", "--issuer", "https://id.example", "--client", "c", "--label", "l", "--role", "admin"),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(folder, said, wrong):
    code, told = said(*wrong, "--data", folder)
    assert code == 1
    assert told.startswith("zhuoyue-hub: ")
    assert told.count("\n") == 1


def test_open_pages_are_not_passed_on_by_a_proxy(folder, said):
    code, told = said("serve", "--data", folder, "--port", "0", "--open-pages", "--allow-host", "hub.example")
    assert code == 1
    assert "--allow-host" in told


async def test_a_restored_hub_has_its_accounts_and_no_sessions(people, tmp_path):
    from hub.accounts.secret import hash_of
    from hub.backup.keys import GivenKeys
    from hub.backup.make import make_backup
    from hub.backup.restore import restore_backup
    from hub.composition import open_hub
    from hub.store.account.people import account_by_login
    from hub.store.account.sessions import session_by_hash

    people.known("a")
    async with people.signed_in("a") as browser:
        secret = browser.cookies["zy_session"]
        make_backup(people.hub, tmp_path / "backup")
    restore_backup(
        tmp_path / "backup", tmp_path / "restored", open_hub, token="t",
        keys=GivenKeys(folder=people.hub.settings.data, passphrase=None),
    )  # fmt: skip
    again = open_hub(tmp_path / "restored")
    with people.hub.store.reading() as connection:
        assert session_by_hash(connection, hash_of(secret)) is not None
    with again.store.reading() as connection:
        assert account_by_login(connection, "a") is not None
        assert session_by_hash(connection, hash_of(secret)) is None
    again.store.close()
