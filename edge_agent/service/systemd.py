"""A systemd unit for one agent: it starts with the machine, comes back after a crash, and can do nothing else.

What the unit forbids is listed in systemd.exec(5); what it leaves is what the agent needs: its data folder, network,
serial lines. ``systemctl reload`` sends SIGHUP, on which the agent takes its configuration over anew.
"""

import shlex
from pathlib import Path

from edge_agent.config.settings import AgentConfig
from edge_agent.errors import AgentError

_UNIT = """\
# {file}: written by zhuoyue-agent service systemd; change it with: systemctl edit {name}
# Install, as root:
#   useradd --system --user-group {user}          # for serial lines also: usermod -aG dialout {user}
#   install -d -o {user} -m 700 {data}
#   chown {user} {key} && chmod 600 {key}
#   cp {file} /etc/systemd/system/ && systemctl daemon-reload && systemctl enable --now {name}
[Unit]
Description=Zhuoyue edge agent {author}
Documentation=man:systemd.service(5)
Wants=network-online.target
After=network-online.target time-sync.target
StartLimitIntervalSec=0

[Service]
Type=exec
User={user}
WorkingDirectory={folder}
ExecStart={command} run {config}
ExecReload=/bin/kill -HUP $MAINPID
KillSignal=SIGTERM
TimeoutStopSec=45
Restart=always
RestartSec=2
UMask=0077

ReadWritePaths={writable}
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
ProtectProc=invisible
ProtectClock=yes
ProtectHostname=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
DevicePolicy=closed
DeviceAllow=char-ttyS rw
DeviceAllow=char-ttyUSB rw
DeviceAllow=char-ttyACM rw
DeviceAllow=char-video4linux rw

[Install]
WantedBy=multi-user.target
"""


def systemd_unit(config: AgentConfig, command: Path, user: str, name: str) -> str:
    """The unit's text. ``command`` is the installed ``zhuoyue-agent``, ``user`` the account the agent runs as."""
    cameras = [station.camera for station in config.stations if station.camera is not None]
    folders = {config.data, *(camera.folder for camera in cameras if camera.folder is not None)}
    if config.log.file is not None:
        folders.add(config.log.file.parent)
    return _UNIT.format(
        file=f"{name}.service",
        name=name,
        user=user,
        author=_specifier(config.author),
        data=_plain(config.data),
        key=_plain(config.key_file),
        folder=_specifier(str(config.file.parent)),
        command=_quoted(str(command)),
        config=_quoted(str(config.file)).replace("$", "$$"),
        writable=" ".join(sorted(_quoted(str(folder)) for folder in folders)),
    )


def _quoted(text: str) -> str:
    """One word of a unit file (systemd.syntax(7)): quotes and percent signs keep their meaning."""
    return '"' + _specifier(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _specifier(text: str) -> str:
    if not text.isprintable():
        raise AgentError("a path or name with unprintable characters cannot stand in a unit file", where=repr(text))
    return text.replace("%", "%%")


def _plain(path: Path) -> str:
    """A path in a comment, as one types it in a shell."""
    return shlex.quote(_specifier(str(path)).replace("%%", "%"))
