"""The other messages of a conversation; pure."""

import msgspec

from edge_agent.drivers.open_protocol.framing import Message
from traceability.errors import Malformed

START, STARTED, STOP, REFUSED, ACCEPTED = 1, 2, 3, 4, 5
SUBSCRIBE, ACKNOWLEDGE, UNSUBSCRIBE, ASK_OLD = 60, 62, 63, 64
KEEP_ALIVE = 9999
LATEST = 0

NOT_FOUND = 15
ALREADY_SUBSCRIBED = 9
ALREADY_CONNECTED = 96
REVISION_UNKNOWN = 97
MID_UNKNOWN = 99

_ERRORS = {
    NOT_FOUND: "it has no such tightening",
    79: "the command failed",
    95: "it refuses the command at present",
    ALREADY_CONNECTED: "another client is connected, or as many as it allows",
    REVISION_UNKNOWN: "it does not know this revision",
    98: "it took too long itself",
    MID_UNKNOWN: "it does not know this command",
}


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """MID 0004: which command was refused, and why."""

    mid: int
    code: int

    @property
    def text(self) -> str:
        """For people."""
        return f"{_ERRORS.get(self.code, 'see its manual')} (error {self.code} to MID {self.mid:04d})"


def ask_old(tightening: int, revision: int) -> Message:
    """Ask for the result of that id; LATEST for the latest one."""
    return Message(mid=ASK_OLD, revision=revision, data=b"%010d" % tightening)


def parse_refusal(message: Message) -> Refusal:
    """What MID 0004 says: four digits of the command, two or more of the error."""
    mid, code = message.data[:4], message.data[4:].strip(b" ")
    if len(mid) != 4 or not mid.isdigit() or not code.isdigit() or len(code) > 4:
        raise Malformed(f"a refusal names a command and an error, not {message.data[:20]!r}", where="MID 0004")
    return Refusal(mid=int(mid), code=int(code))


def parse_accepted(message: Message) -> int:
    """The command that MID 0005 accepts."""
    if len(message.data) != 4 or not message.data.isdigit():
        raise Malformed(f"an acceptance names a command, not {message.data[:20]!r}", where="MID 0005")
    return int(message.data)
