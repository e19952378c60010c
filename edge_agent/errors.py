"""What can go wrong at the edge; each message says what happened, where, and what to do.

AgentError
├── DeviceError             names the device, its address and, where there is one, the point
│   ├── DeviceUnreachable   no connection or no answer in time; the driver is closed, connect again later
│   ├── DeviceUntrusted     the server's certificate is not in the trust list
│   ├── DeviceRefused       the device answered with an error
│   ├── BadReply            the device answered with something that is no answer to the question
│   ├── DeviceMismatch      the device is not the one that its profile is for
│   └── WriteRefused        the profile does not allow this write; nothing was sent
├── RoleClosed              a station's handshake does not write this word; nothing was sent
├── HoldRefused             a hold that is not there, or names nothing that can be held
├── ResolveError            profile and station configuration do not fit together
├── CycleFault              a snapshot holds no complete, readable cycle
├── TornRead                the device's data kept changing while they were read
├── IdentityError           the agent's own OPC UA certificate or key cannot be used
├── DriverUnknown           no driver of that name
└── ExtraMissing            a package of an optional extra is not installed
"""

from traceability.errors import ZhuoyueError


class AgentError(ZhuoyueError):
    """Root of the edge agent's errors."""


class DeviceError(AgentError):
    """Something is wrong with one device."""

    def __init__(self, device: str, address: str, what: str, todo: str, point: str | None = None) -> None:
        at = f", point {point}" if point else ""
        super().__init__(what, where=f"device {device} at {address}{at}", advice=todo)
        self.device = device
        self.address = address
        self.point = point


class DeviceUnreachable(DeviceError):
    """No connection, or no answer in time."""


class DeviceUntrusted(DeviceError):
    """The server's certificate is not trusted."""


class DeviceRefused(DeviceError):
    """The device answered with an error."""


class DeviceMismatch(DeviceError):
    """The device says that it is not what its profile is for; ``address`` is the profile."""


class BadReply(DeviceError):
    """The answer does not fit the question."""


class WriteRefused(DeviceError):
    """The point is not marked writable, or the value does not fit it; nothing was sent."""


class RoleClosed(AgentError):
    """The station's handshake does not write this word, or its point is not writable; nothing was sent."""


class HoldRefused(AgentError):
    """There is no such hold, or what it names cannot be held."""


class AlarmRefused(AgentError):
    """There is no such alarm, or it cannot be acknowledged so."""


class ResolveError(AgentError):
    """Profile and station do not fit together."""


class CycleFault(AgentError):
    """A snapshot holds no complete, readable cycle."""


class TornRead(AgentError):
    """The device's data moved while they were read."""


class IdentityError(AgentError):
    """The agent's own OPC UA certificate or key cannot be used."""


class DriverUnknown(AgentError):
    """No driver of that name."""


class ExtraMissing(AgentError):
    """A package of an optional extra is not installed."""


class ConfigError(AgentError):
    """The configuration breaks a rule."""

    def __init__(self, file: str, key: str, expected: str) -> None:
        super().__init__(expected, where=f"{file}: {key}" if key else file)
        self.file = file
        self.key = key
        self.expected = expected


class MessageRefused(AgentError):
    """A message that the plant did not sign for this agent now, or that this agent cannot follow."""


class DataFolderBusy(AgentError):
    """Another agent runs on the same data folder."""


class OutboxUnusable(AgentError):
    """The outbox file cannot be opened by this agent."""


class StorageRefused(AgentError):
    """A write to the outbox failed and was undone."""
