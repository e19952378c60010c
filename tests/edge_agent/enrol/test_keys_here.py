"""Keys on the line PC: only their owner reads them, a passphrase is never an argument, old ones are put aside."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hub_stand_in import HUB

from edge_agent.cli import main
from edge_agent.config.load import load_config
from edge_agent.config.settings import passphrase_of
from edge_agent.enrol import enrolment
from edge_agent.enrol.enrolment import Wishes, enrol
from edge_agent.enrol.plant import Paths, make_plant_key, sign_message
from edge_agent.enrol.request import HubPlace
from edge_agent.errors import AgentError, ConfigError
from traceability.downlink import open_plant_message
from traceability.encoding import from_base64, to_base64
from traceability.enrolment import Enrolled, LastBatch, Token, open_key_request, write_token
from traceability.errors import Malformed, SignatureRefused
from traceability.keyfile import read_key_file
from traceability.signing import key_id
from traceability.unit import Environment

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
LAST = LastBatch(chain="c" * 32, seq=7, hash="sha256:" + "1" * 64, log_index=40)


def token(author: str = "p.l1", seed: bytes = b"s" * 32) -> Token:
    return Token(
        seed=to_base64(seed),
        hub_url="https://hub.test:8443",
        hub_key=to_base64(HUB.public_key),
        author=author,
        expires=NOW.replace(year=2027),
        tls_pin="sha256/" + "A" * 43 + "=",
    )


class Hub:
    """Stands in for the hub's side of one request: verifies it and answers, or is away."""

    def __init__(self) -> None:
        self.keys: list[bytes] = []
        self.away = False
        self.last: LastBatch | None = None

    def __call__(self, hub: HubPlace, path: str, body: bytes, public_key: bytes) -> Enrolled:
        proved = open_key_request(body, HUB.public_key)
        assert proved.public_key == public_key
        self.keys.append(public_key)
        if self.away:
            raise AgentError("the hub gives no answer", where=hub.url, advice="again")
        return Enrolled(
            author=proved.claim.author,
            plant="p",
            environment=Environment.TEST,
            key=key_id(public_key),
            log_index=3,
            last=self.last,
        )


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Hub:
    stand_in = Hub()
    monkeypatch.setattr(enrolment, "ask_hub", stand_in)
    return stand_in


def wishes(folder: Path, **changes: object) -> Wishes:
    return Wishes(**({"config": folder / "agent.toml"} | changes))


def test_a_lost_answer_is_asked_for_again_with_the_same_key(tmp_path: Path, hub: Hub) -> None:
    hub.away = True
    with pytest.raises(AgentError):
        enrol(token(), wishes(tmp_path, new_key=True), lambda: NOW)
    assert not (tmp_path / "agent.toml").exists()
    hub.away = False
    done = enrol(token(), wishes(tmp_path, new_key=True), lambda: NOW)
    assert hub.keys[0] == hub.keys[1] == read_key_file(tmp_path / "agent.key").public_key
    assert done.key_id == key_id(hub.keys[0])
    assert not list(tmp_path.glob("*.enrolling"))


def test_the_private_key_is_the_owners_alone_and_an_old_one_is_put_aside(tmp_path: Path, hub: Hub) -> None:
    enrol(token(), wishes(tmp_path), lambda: NOW)
    first = (tmp_path / "agent.key").read_bytes()
    assert stat.S_IMODE((tmp_path / "agent.key").stat().st_mode) == 0o600
    hub.last = LAST
    done = enrol(token(seed=b"t" * 32), wishes(tmp_path, new_key=True), lambda: NOW)
    assert done.cites == LAST.hash
    assert hub.keys[0] != hub.keys[1]
    (aside,) = tmp_path.glob("agent.key.before-*")
    assert aside.read_bytes() == first
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600


def test_what_is_there_is_kept_but_for_the_hub(tmp_path: Path, hub: Hub) -> None:
    enrol(token(), wishes(tmp_path), lambda: NOW)
    file = tmp_path / "agent.toml"
    file.write_text(file.read_text().replace("max_records = 500", "max_records = 77") + "# mine\n")
    enrol(token(), wishes(tmp_path, plant_key=to_base64(HUB.public_key)), lambda: NOW)
    config = load_config(file)
    assert (config.sealing.max_records, config.hub.tls_pins, config.plant) == (77, token().tls_pins, "p")
    assert config.plant_key == HUB.public_key
    assert file.read_text().endswith("# mine\n")


def test_a_token_for_another_author_changes_nothing(tmp_path: Path, hub: Hub) -> None:
    enrol(token(), wishes(tmp_path), lambda: NOW)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(ConfigError, match="the token is for"):
        enrol(token("p.l2"), wishes(tmp_path), lambda: NOW)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_passphrase_comes_from_a_file_and_the_key_opens_with_nothing_else(
    tmp_path: Path, hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "pass"
    secret.write_text("correct horse\n")
    secret.chmod(0o600)
    config = str(tmp_path / "agent.toml")
    where = "secret:file:pass"
    assert main(["enroll", write_token(token()), "--config", config, "--passphrase", where, "--json"]) == 0
    assert "correct horse" not in capsys.readouterr().out
    with pytest.raises(Malformed):
        read_key_file(tmp_path / "agent.key")
    loaded = load_config(tmp_path / "agent.toml")
    assert read_key_file(loaded.key_file, passphrase_of(loaded)).public_key == hub.keys[0]
    assert main(["check", config]) == 0
    assert main(["enroll", write_token(token()), "--config", config, "--passphrase", "correct horse"]) == 1
    assert "correct horse" not in capsys.readouterr().err


def test_the_plants_key_signs_and_another_does_not(tmp_path: Path) -> None:
    made = make_plant_key(tmp_path / "plant.key", None)
    assert stat.S_IMODE((tmp_path / "plant.key").stat().st_mode) == 0o600
    (tmp_path / "new.toml").write_text("a = 1\n")
    paths = Paths(files=(("agent.toml", tmp_path / "new.toml"),))
    envelope = sign_message(tmp_path / "plant.key", None, plant="p", author="p.l1", paths=paths, now=NOW)
    message = open_plant_message(envelope, from_base64(made.public_key, "key"))
    assert (message.recipient, message.files) == ("p.l1", {"agent.toml": "a = 1\n"})
    with pytest.raises(SignatureRefused):
        open_plant_message(envelope, HUB.public_key)
    for bad in (
        Paths(files=(("../agent.toml", tmp_path / "new.toml"),)),
        Paths(profiles=(("../../x.toml", tmp_path / "new.toml"),)),
        Paths(plan=tmp_path / "new.toml", profiles=(("v/m.toml", tmp_path / "new.toml"),)),
        Paths(files=paths.files, plan=tmp_path / "new.toml"),
    ):
        with pytest.raises(Malformed):
            sign_message(tmp_path / "plant.key", None, plant="p", author="p.l1", paths=bad, now=NOW)
    (tmp_path / "new.toml").write_text("#" * 200_000)
    with pytest.raises(Malformed, match="at most 240000"):
        sign_message(tmp_path / "plant.key", None, plant="p", author="p.l1", paths=paths, now=NOW)
