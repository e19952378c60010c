"""``init``: a new folder with the agent's own key and a configuration to fill in."""

from pathlib import Path

import msgspec

from edge_agent.errors import AgentError
from edge_agent.template import CONFIG, CONTROL_PLAN, quoted
from traceability.encoding import to_base64
from traceability.keyfile import create_key_file
from traceability.signing import key_id

CONFIG_NAME = "agent.toml"
PLAN_NAME = "control-plan.toml"
KEY_NAME = "agent.key"
PUBLIC_KEY_NAME = "agent.pub"


class Initialised(msgspec.Struct, frozen=True, kw_only=True):
    """What the hub's administrator needs (author, public key in base64), and where the files are."""

    author: str
    environment: str
    public_key: str
    public_key_file: str
    key_id: str
    config: str
    key_file: str


def initialise(folder: Path, *, author: str, environment: str, hub_url: str, hub_key: str) -> Initialised:
    """Write key, configuration and control plan into ``folder``; nothing that is there already is touched."""
    for name in (CONFIG_NAME, PLAN_NAME, KEY_NAME, PUBLIC_KEY_NAME):
        if (folder / name).exists():
            raise AgentError(
                "is here already", where=str(folder / name), advice="init writes only into a folder that has none yet"
            )
    folder.mkdir(parents=True, exist_ok=True)
    signer = create_key_file(folder / KEY_NAME)
    public_key = to_base64(signer.public_key)
    (folder / PUBLIC_KEY_NAME).write_text(public_key + "\n", encoding="ascii")
    values = quoted(author=author, environment=environment, url=hub_url, public_key=hub_key)
    (folder / CONFIG_NAME).write_text(CONFIG.format(**values), encoding="utf-8")
    (folder / PLAN_NAME).write_text(CONTROL_PLAN, encoding="utf-8")
    return Initialised(
        author=author,
        environment=environment,
        public_key=public_key,
        public_key_file=str(folder / PUBLIC_KEY_NAME),
        key_id=key_id(signer.public_key),
        config=str(folder / CONFIG_NAME),
        key_file=str(folder / KEY_NAME),
    )


def initialised_text(made: Initialised) -> str:
    """For people: what was made and what comes next."""
    return (
        f"author      {made.author} ({made.environment})\n"
        f"public key  {made.public_key} ({made.public_key_file})\n"
        f"key file    {made.key_file} (secret: it stays on this machine)\n"
        f"next        give author and public key to the hub's administrator; complete {made.config};\n"
        f"            then: zhuoyue-agent check {made.config}"
    )
