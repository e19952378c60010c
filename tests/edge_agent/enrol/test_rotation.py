"""A rotation that is cut off anywhere leaves an agent that runs, or a command that can be run again."""

from pathlib import Path

import pytest
from hub_stand_in import HUB
from small_agent import write_agent

from edge_agent.config.load import load_config
from edge_agent.config.settings import AgentConfig
from edge_agent.enrol import rotation
from edge_agent.enrol.request import HubPlace
from edge_agent.enrol.rotation import is_begun, rotate
from edge_agent.errors import AgentError
from edge_agent.succession import find_succession
from traceability.enrolment import Enrolled, LastBatch, open_key_request
from traceability.keyfile import read_key_file
from traceability.signing import Signer, key_id
from traceability.unit import Environment

LAST = LastBatch(chain="c" * 32, seq=7, hash="sha256:" + "1" * 64, log_index=40)


class Hub:
    """Confirms what the key in force signs, and the key in force itself; its answer may be lost."""

    def __init__(self, key: bytes) -> None:
        self.key = key
        self.answers = True

    def __call__(self, hub: HubPlace, path: str, body: bytes, public_key: bytes) -> Enrolled:
        proved = open_key_request(body, HUB.public_key)
        assert self.key in (proved.allowing_key, proved.public_key)
        self.key = proved.public_key
        if not self.answers:
            raise AgentError("no answer")
        return Enrolled(
            author="a", plant="p", environment=Environment.TEST, key=key_id(public_key), log_index=9, last=LAST
        )


@pytest.fixture
def config(tmp_path: Path) -> AgentConfig:
    return load_config(write_agent(tmp_path, 9) / "agent.toml")


@pytest.fixture
def hub(config: AgentConfig, monkeypatch: pytest.MonkeyPatch) -> Hub:
    stand_in = Hub(read_key_file(config.key_file).public_key)
    monkeypatch.setattr(rotation, "ask_hub", stand_in)
    return stand_in


def leaving(unsent: int):
    async def drain(_config: AgentConfig, _signer: Signer) -> int:
        return unsent

    return drain


async def test_the_new_key_is_here_when_the_hub_has_confirmed_it(config: AgentConfig, hub: Hub) -> None:
    before = hub.key
    done = await rotate(config, leaving(0))
    assert read_key_file(config.key_file).public_key == hub.key != before
    assert (done.before, done.key_id, done.new_chain) == (key_id(before), key_id(hub.key), False)
    assert not is_begun(config.key_file)
    assert find_succession(config.data) is None


async def test_what_is_not_at_the_hub_yet_keeps_the_old_key(config: AgentConfig, hub: Hub) -> None:
    before = hub.key
    with pytest.raises(AgentError, match="2 batches"):
        await rotate(config, leaving(2))
    assert hub.key == before
    assert not is_begun(config.key_file)


async def test_a_lost_answer_is_had_again_with_the_same_new_key(config: AgentConfig, hub: Hub) -> None:
    before = read_key_file(config.key_file).public_key
    hub.answers = False
    with pytest.raises(AgentError):
        await rotate(config, leaving(0))
    confirmed = hub.key
    assert read_key_file(config.key_file).public_key == before != confirmed
    assert is_begun(config.key_file)
    hub.answers = True
    done = await rotate(config, leaving(3))  # the agent went on with the old key meanwhile
    assert read_key_file(config.key_file).public_key == hub.key == confirmed
    assert done.new_chain
    succession = find_succession(config.data)
    assert succession is not None
    assert succession.last == LAST
