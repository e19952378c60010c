"""A Windows service definition for WinSW, the service wrapper: an XML file and the steps to install it.

Not tested on Windows: the agent has no Windows machine in its tests. The file says so.
"""

from pathlib import Path
from xml.sax.saxutils import escape

from edge_agent.config.settings import AgentConfig
from edge_agent.errors import AgentError

_DEFINITION = """\
<?xml version="1.0" encoding="utf-8"?>
<!--
  NOT TESTED ON WINDOWS. Written by: zhuoyue-agent service windows

  1. Put WinSW (winsw.exe, version 2.12 or later) beside this file under the name {name}.exe.
  2. In a PowerShell with administrator rights, in this folder:
       .\\{name}.exe install
       .\\{name}.exe start
  3. Give the account {account} full control of the data folder, and take the right to read the agent's key from
     everybody else:
       icacls {key} /inheritance:r /grant:r {grant}
  4. Take a changed configuration over, without a stop:
       zhuoyue-agent reload {config_plain}
-->
<service>
  <id>{name}</id>
  <name>Zhuoyue edge agent {author}</name>
  <description>Records unit results of a production line and sends them, signed, to the hub.</description>
  <executable>{command}</executable>
  <arguments>run {config}</arguments>
  <workingdirectory>{folder}</workingdirectory>
  <serviceaccount>
    <username>{user}</username>
  </serviceaccount>
  <startmode>Automatic</startmode>
  <delayedAutoStart>true</delayedAutoStart>
  <onfailure action="restart" delay="2 sec"/>
  <resetfailure>1 hour</resetfailure>
  <stoptimeout>45 sec</stoptimeout>
  <env name="PYTHONUTF8" value="1"/>
  <log mode="roll-by-size">
    <sizeThreshold>10240</sizeThreshold>
    <keepFiles>5</keepFiles>
  </log>
</service>
"""


def windows_service(config: AgentConfig, command: Path, user: str, name: str) -> str:
    """The definition's text. ``user`` is the account the agent runs as, by default the least of the built-in ones."""
    return _DEFINITION.format(
        name=_checked(name),
        account=_in_comment(user),
        grant=_in_comment(f'"{user}:R"'),
        author=escape(_checked(config.author)),
        command=escape(_checked(str(command))),
        config=escape(_argument(str(config.file))),
        config_plain=_in_comment(f'"{config.file}"'),
        key=_in_comment(f'"{config.key_file}"'),
        folder=escape(_checked(str(config.file.parent))),
        user=escape(_checked(user)),
    )


def _argument(text: str) -> str:
    return '"' + _checked(text) + '"'


def _in_comment(text: str) -> str:
    """A comment of XML must not hold two hyphens."""
    return _checked(text).replace("--", "- -")


def _checked(text: str) -> str:
    if not text.isprintable():
        raise AgentError("a path or name with unprintable characters cannot stand in a definition", where=repr(text))
    return text
