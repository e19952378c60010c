"""A line PC's whole life at a hub, with real processes over TLS: enrolled, rotated, revoked, replaced, copied."""

import shutil
import stat
from pathlib import Path

import httpx
import pytest
from small_fleet import (
    AUTHOR,
    PLANT,
    command,
    enrolled,
    last_batch,
    new_hub,
    rotated,
    running,
    says,
    serving_agents,
    token,
    until,
)

from edge_agent.tls_pin import tls_context
from traceability.enrolment import read_token
from traceability.keyfile import read_key_file


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_hub(tmp_path_factory.mktemp("fleet") / "hub")


def test_enrolled_rotated_revoked_and_replaced(hub: Path, tmp_path: Path) -> None:
    line = tmp_path / "line"
    line.mkdir()
    config = line / "agent.toml"
    with serving_agents(hub) as url:
        first = token(hub)
        assert "error" in enrolled(line, first[:-1])
        done = enrolled(line, first, "--plant-key", _plant_key(tmp_path))
        assert (done["author"], done["plant"], done["cites"]) == (AUTHOR, PLANT, None), done
        assert stat.S_IMODE((line / "agent.key").stat().st_mode) == 0o600
        assert enrolled(line, first)["log_index"] == done["log_index"]
        pin = read_token(first).tls_pin
        assert pin in config.read_text()
        _only_what_agents_need(url, tls_context((pin,)))

        with running(line):
            batch = until(lambda: last_batch(hub), "the agent sends")
            lot = "https://id.gs1.org/01/09506000134376/10/L7"
            command("hold", "add", "--data", hub, "--target", lot, "--plant", PLANT, "--by", "q7", "--why", "cracks")
            until(lambda: lot in str(command("hold", "list", config, room="edge_agent")), "the hold arrives")
            until(lambda: (found := last_batch(hub)) is not None and found.seq > 1, "the hold is evidence")
            _configuration_comes_down(hub, line, tmp_path)

        before = read_key_file(line / "agent.key").public_key
        done = rotated(config)
        assert done.get("new_chain") is False, done
        assert read_key_file(line / "agent.key").public_key != before
        seq = last_batch(hub).seq
        _hold_station(config)
        with running(line):
            until(lambda: last_batch(hub).seq > seq, "the agent sends with its new key")
        assert last_batch(hub).chain == batch.chain

        command("agent", "revoke", AUTHOR, "--data", hub, "--reason", "line PC stolen")
        refused = last_batch(hub)
        _hold_station(config)
        (line / "log").unlink()
        with running(line):
            says(line / "log", "line PC stolen")
        assert last_batch(hub) == refused

        again = token(hub, "--replace")
        done = enrolled(line, again, "--new-key")
        assert done["cites"] == refused.hash, done
        with running(line):
            until(lambda: last_batch(hub).chain != batch.chain, "a new chain begins")
            until(lambda: not command("status", config, room="edge_agent")["unsent_batches"], "all is sent")
    whole = command("fsck", "--data", hub)
    assert whole.get("whole") is True, whole
    assert (line / "agent.key").read_bytes() not in (hub / "hub.db").read_bytes()


def test_a_copied_agent_is_noticed_and_both_machines_are_told(hub: Path, tmp_path: Path) -> None:
    line, copy = tmp_path / "line", tmp_path / "copy"
    line.mkdir()
    with serving_agents(hub):
        enrolled(line, token(hub, "--replace", "--author", "plant-a.copied"))
        with running(line):
            until(lambda: last_batch(hub, "plant-a.copied"), "the agent sends")
        shutil.copytree(line, copy)
        for folder in (line, copy):
            _hold_station(folder / "agent.toml")
            (folder / "log").unlink()
        with running(line):
            until(lambda: last_batch(hub, "plant-a.copied").seq > 1, "the first one sends")
            with running(copy):
                says(copy / "log", "two machines")
                says(line / "log", "two machines")
                until(lambda: "stop" in _noticed(copy) and "stop" in _noticed(line), "status says it too")
        says(hub / "serve.log", "FORK")


def _noticed(folder: Path) -> str:
    return str(command("status", folder / "agent.toml", room="edge_agent").get("line", {}).get("notice"))


def _only_what_agents_need(url: str, context: object) -> None:
    with httpx.Client(verify=context, trust_env=False, timeout=30) as client:
        assert client.get(f"{url}/healthz").status_code == 200
        assert client.get(f"{url}/log/checkpoint").status_code == 200
        for path in ("/", "/plants/plant-a", "/api/v1/agents", "/api/v1/units", "/search"):
            assert client.get(url + path).status_code == 404, path
        assert client.post(f"{url}/api/v1/enrolment/tokens", json={}).status_code in (404, 405)


def _plant_key(folder: Path) -> str:
    made = command("plant", "key", folder / "plant.key", room="edge_agent")
    assert "public_key" in made, made
    return made["public_key"]


def _configuration_comes_down(hub: Path, line: Path, folder: Path) -> None:
    """One that the plant signed and that holds is in force; one with an error, or by another key, is not."""
    config = line / "agent.toml"
    good = config.read_text().replace("max_records = 500", "max_records = 400")
    strange = folder / "strange.key"
    command("plant", "key", strange, room="edge_agent")
    for text, key, taken in (
        (good.replace("400", "300"), strange, False),
        (good.replace("max_records", "most_records"), folder / "plant.key", False),
        (good, folder / "plant.key", True),
    ):
        (folder / "new.toml").write_text(text)
        output = folder / "message.json"
        said = f"of the plant is {'applied' if taken else 'refused'}"
        before = (line / "log").read_text().count(said)
        signed = command(
            "plant", "sign", "--key", key, "--plant", PLANT, "--author", AUTHOR,
            "--file", f"agent.toml={folder / 'new.toml'}", "--output", output, room="edge_agent",
        )  # fmt: skip
        assert "error" not in signed, signed
        sent = command("message", "send", output, "--data", hub)
        assert sent.get("new") is True, sent
        until(lambda w=said, b=before: (line / "log").read_text().count(w) > b, said)
    assert config.read_text() == good


def _hold_station(config: Path) -> None:
    """Something to send."""
    done = command("hold", "add", config, "--station", "OP10", "--by", "q1", "--why", "test", room="edge_agent")
    assert "error" not in done, done
