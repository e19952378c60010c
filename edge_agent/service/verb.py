"""The verb ``service``: a definition on standard output, or in a file that is not there yet."""

import argparse
import sys
from pathlib import Path

from edge_agent.config.load import load_config
from edge_agent.config.secret import unread_secret
from edge_agent.errors import AgentError
from edge_agent.service.systemd import systemd_unit
from edge_agent.service.windows import windows_service

KINDS = {"systemd": systemd_unit, "windows": windows_service}
_USERS = {"systemd": "zhuoyue", "windows": "NT AUTHORITY\\LocalService"}
_NAME = "zhuoyue-agent"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's arguments."""
    parser.add_argument("kind", choices=sorted(KINDS), help="windows: a WinSW definition, not tested on Windows")
    parser.add_argument("config", metavar="CONFIG", type=Path, help="the agent's configuration, agent.toml")
    parser.add_argument("--user", metavar="NAME", help="account the agent runs as (zhuoyue; LocalService on Windows)")
    parser.add_argument("--output", metavar="FILE", type=Path, help="write there, named after the service, not here")
    parser.set_defaults(call=write_service)


def write_service(options: argparse.Namespace) -> None:
    """Print or write the definition; the service is named as the file, by default ``zhuoyue-agent``."""
    config = load_config(options.config, unread_secret)
    output: Path | None = options.output
    name = _NAME if output is None else output.stem
    text = KINDS[options.kind](config, _command(), options.user or _USERS[options.kind], name)
    if output is None:
        print(text, end="")
        return
    try:
        with output.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise AgentError("is here already", where=str(output), advice="remove it first, or name another") from None
    except OSError as error:
        raise AgentError(f"cannot be written: {error.strerror}", where=str(output)) from None
    print(f"{output}: install it as its first lines say")


def _command() -> Path:
    """The command as this environment installs it."""
    return Path(sys.executable).with_name("zhuoyue-agent.exe" if sys.platform == "win32" else "zhuoyue-agent")
