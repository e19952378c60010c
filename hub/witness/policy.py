"""The hub's witnesses: a C2SP tlog-policy in ``witnesses.policy`` of the data folder, kept by the hub's administrator.

The same file, given to those who check evidence, says whom they may trust for this log.
"""

from hub.errors import EntryRefused
from hub.ledger.log import verifier_key
from hub.parts import Hub
from traceability.errors import locating
from traceability.log.note import COSIGNATURE, parse_verifier_key
from traceability.log.policy import NONE, Policy, parse_policy

WITNESSES = "witnesses.policy"
GROUP = "witnesses"


def witness_policy(hub: Hub) -> Policy:
    """The policy as it is on disk now; no witnesses where there is no file."""
    path = hub.settings.data / WITNESSES
    if not path.exists():
        return Policy(quorum=NONE)
    with locating(str(path)):
        return parse_policy(path.read_text(encoding="utf-8"))


def add_witness(hub: Hub, name: str, key: str, url: str) -> Policy:
    """Add a witness, keep the quorum at a majority of all; ``EntryRefused`` when the file was shaped by hand."""
    policy = witness_policy(hub)
    witness = parse_verifier_key(key, COSIGNATURE)
    if policy.groups.keys() - {GROUP} or policy.quorum not in {NONE, GROUP}:
        raise EntryRefused(
            "the witnesses are grouped by hand",
            where=str(hub.settings.data / WITNESSES),
            advice="add the witness to the file in an editor",
        )
    if any(entry.name == name or entry.key.public_key == witness.public_key for entry in policy.witnesses):
        raise EntryRefused(f"a witness {name!r} or its key is there already", where="--name")
    lines = [f"witness {entry.name} {entry.key} {entry.url}".rstrip() for entry in policy.witnesses]
    lines.append(f"witness {name} {witness} {url}".rstrip())
    names = [*(entry.name for entry in policy.witnesses), name]
    lines += [f"group {GROUP} {len(names) // 2 + 1} {' '.join(names)}", f"quorum {GROUP}"]
    text = "\n".join([f"log {verifier_key(hub)}", *lines]) + "\n"
    added = parse_policy(text)
    part = hub.settings.data / f"{WITNESSES}.part"
    part.write_text(text, encoding="utf-8")
    part.replace(hub.settings.data / WITNESSES)
    return added
