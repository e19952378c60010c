"""Whom to trust for a log (C2SP tlog-policy): its key, its witnesses, and how many of them must have cosigned.

A text file, one statement a line, ``#`` begins a comment::

    log hub.example.com/log+8f2a...+AZ...
    witness partner-a witness.partner-a.example+1c0d...+BK... https://witness.partner-a.example
    witness partner-b witness.partner-b.example+77e1...+BA...
    group partners 1 partner-a partner-b
    quorum partners
"""

from collections.abc import Callable, Collection

import msgspec

from traceability.errors import LimitExceeded, Malformed, ZhuoyueError
from traceability.log.note import COSIGNATURE, ED25519, VerifierKey, parse_verifier_key

NONE = "none"
MOST_LINES = 1000
Words = list[str]


class WitnessEntry(msgspec.Struct, frozen=True):
    """A witness by its name in the policy; ``url`` is where checkpoints are submitted, empty when it polls."""

    name: str
    key: VerifierKey
    url: str


class Group(msgspec.Struct, frozen=True):
    """``needed`` of ``members`` (witnesses or groups) must have witnessed."""

    needed: int
    members: tuple[str, ...]


class Policy(msgspec.Struct):
    """``quorum`` names a witness or a group, or nobody (``none``)."""

    logs: list[VerifierKey] = msgspec.field(default_factory=list)
    witnesses: list[WitnessEntry] = msgspec.field(default_factory=list)
    groups: dict[str, Group] = msgspec.field(default_factory=dict)
    quorum: str = ""

    def holds(self, cosigned: Collection[VerifierKey]) -> bool:
        """Whether the witnesses in ``cosigned`` are enough."""
        return self.quorum == NONE or self._witnessed(self.quorum, {str(key) for key in cosigned})

    def _witnessed(self, name: str, cosigned: set[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return any(str(entry.key) in cosigned for entry in self.witnesses if entry.name == name)
        return sum(self._witnessed(member, cosigned) for member in group.members) >= group.needed


def parse_policy(text: str) -> Policy:
    """Read a policy; ``Malformed`` names the line."""
    lines = text.split("\n")
    if len(lines) > MOST_LINES:
        raise LimitExceeded(f"a policy has at most {MOST_LINES} lines")
    policy = Policy()
    members: set[str] = set()
    for number, line in enumerate(lines, start=1):
        words = line.replace("\t", " ").split()
        if not words or words[0].startswith("#"):
            continue
        try:
            read = _READERS.get(words[0])
            if read is None:
                raise Malformed(f"{words[0][:20]!r} is not one of {', '.join(_READERS)}")
            read(policy, words[1:], members)
        except ZhuoyueError as error:
            raise error.at(f"line {number}") from None
    if not policy.quorum:
        raise Malformed("there is no quorum line", advice="'quorum none' says that no witness is needed")
    return policy


def _read_log(policy: Policy, words: Words, _members: set[str]) -> None:
    _expect(1 <= len(words) <= 2, "log KEY [URL]")
    key = parse_verifier_key(words[0], ED25519)
    _refuse_twice(key, policy.logs)
    policy.logs.append(key)


def _read_witness(policy: Policy, words: Words, _members: set[str]) -> None:
    _expect(2 <= len(words) <= 3, "witness NAME KEY [URL]")
    key = parse_verifier_key(words[1], COSIGNATURE)
    _refuse_twice(key, [entry.key for entry in policy.witnesses])
    _refuse_known(policy, words[0])
    policy.witnesses.append(WitnessEntry(words[0], key, words[2] if len(words) == 3 else ""))


def _read_group(policy: Policy, words: Words, members: set[str]) -> None:
    _expect(len(words) >= 3, "group NAME all|any|K MEMBER...")
    name, rule, *names = words
    _refuse_known(policy, name)
    for member in names:
        _expect(_is_known(policy, member), f"{member[:80]!r} is not defined above")
        _expect(member not in members, f"{member[:80]!r} is a member twice")
        members.add(member)
    _expect(rule in {"all", "any"} or (rule.isascii() and rule.isdigit() and len(rule) < 4), "group NAME all|any|K ...")
    needed = {"all": len(names), "any": 1}.get(rule) or int(rule)
    _expect(1 <= needed <= len(names), f"{needed} of {len(names)} can't be reached, or is nothing")
    policy.groups[name] = Group(needed, tuple(names))


def _read_quorum(policy: Policy, words: Words, _members: set[str]) -> None:
    _expect(len(words) == 1, "quorum NAME")
    _expect(not policy.quorum, "there is one quorum line only")
    _expect(words[0] == NONE or _is_known(policy, words[0]), f"{words[0][:80]!r} is not defined above")
    policy.quorum = words[0]


def _is_known(policy: Policy, name: str) -> bool:
    return name in policy.groups or any(entry.name == name for entry in policy.witnesses)


def _refuse_known(policy: Policy, name: str) -> None:
    _expect(name != NONE and not _is_known(policy, name), f"the name {name[:80]!r} is taken")


def _refuse_twice(key: VerifierKey, known: list[VerifierKey]) -> None:
    _expect(all(key.public_key != other.public_key for other in known), f"the key of {key.name} stands twice")


def _expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Malformed(otherwise)


_READERS: dict[str, Callable[[Policy, Words, set[str]], None]] = {
    "log": _read_log,
    "witness": _read_witness,
    "group": _read_group,
    "quorum": _read_quorum,
}
