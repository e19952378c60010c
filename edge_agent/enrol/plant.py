"""The plant's own key: with it, not with the hub's, the plant signs configurations that come down through the hub."""

from datetime import datetime
from pathlib import Path

import msgspec

from edge_agent.errors import AgentError
from traceability.downlink import MessageKind, PlantMessage, seal_plant_message
from traceability.encoding import sha256, tagged, to_base64
from traceability.errors import Malformed
from traceability.keyfile import create_key_file, read_key_file
from traceability.rollout import SignedRollout, read_request, sign_request


class PlantKey(msgspec.Struct, frozen=True, kw_only=True):
    """Where the pair is; the public half (base64) is given to every line PC."""

    key_file: str
    public_key_file: str
    public_key: str


def make_plant_key(file: Path, passphrase: bytes | None) -> PlantKey:
    """A new pair; nothing that is there already is touched."""
    file.parent.mkdir(parents=True, exist_ok=True)
    signer = create_key_file(file, passphrase)
    public = file.with_name(file.name + ".pub")
    public.write_text(to_base64(signer.public_key) + "\n", encoding="ascii")
    return PlantKey(key_file=str(file), public_key_file=str(public), public_key=to_base64(signer.public_key))


class Paths(msgspec.Struct, frozen=True, kw_only=True):
    """What a message is to bring: files by the names they will have there; a control plan; profiles (``v/m.toml``).

    ``without_plan`` is the file of a version of the plan that it takes away.
    """

    files: tuple[tuple[str, Path], ...] = ()
    plan: Path | None = None
    without_plan: Path | None = None
    profiles: tuple[tuple[str, Path], ...] = ()

    @property
    def kind(self) -> MessageKind:
        """A control plan alone, or profiles alone, is a message of its own kind."""
        if self.files:
            return MessageKind.CONFIGURATION
        planned = self.plan is not None or self.without_plan is not None
        return MessageKind.CONTROL_PLAN if planned else MessageKind.PROFILES


def sign_message(key: Path, passphrase: bytes | None, *, plant: str, author: str, paths: Paths, now: datetime) -> bytes:
    """The envelope of a message to ``author``.

    The number is the time in milliseconds, so that each message is newer than those before without a register of them.
    """
    try:
        message = msgspec.convert(
            {
                "plant": plant,
                "recipient": author,
                "number": int(now.timestamp() * 1000),
                "issued_at": now,
                "kind": paths.kind,
                "files": {name: _text(path) for name, path in paths.files},
                "plan": None if paths.plan is None else _text(paths.plan),
                "takes_away": None if paths.without_plan is None else _hash(_text(paths.without_plan)),
                "profiles": {name: _text(path) for name, path in paths.profiles},
            },
            PlantMessage,
        )
    except (OSError, UnicodeDecodeError) as error:
        raise AgentError(f"a file cannot be read: {error}", advice="give TOML files in UTF-8") from None
    except msgspec.ValidationError as error:
        raise Malformed(f"the message does not hold: {error}") from None
    return seal_plant_message(message, read_key_file(key, passphrase))


def sign_rollout(key: Path, passphrase: bytes | None, *, request: bytes, plant: str, now: datetime) -> SignedRollout:
    """What a hub asks the plant to sign for a roll-out, signed; AgentError when it is for another plant."""
    asked = read_request(request)
    if asked.plant != plant:
        raise AgentError(
            f"the request is for the plant {asked.plant[:80]!r}, not for {plant[:80]!r}",
            advice="sign only what is for your plant",
        )
    return sign_request(asked, read_key_file(key, passphrase), now)


def told(request: bytes) -> str:
    """What a request would have signed, in a line for each file, to be read before it is."""
    asked = read_request(request)
    lines = [f"roll-out {asked.rollout}: {asked.about}"]
    for wish in asked.wishes:
        files = {**wish.forward.files, **wish.forward.profiles}
        if wish.forward.plan is not None:
            files["control plan"] = wish.forward.plan
        back = "and the way back" if wish.back is not None else "no way back: what is in force is not known to the hub"
        if wish.back is not None and wish.back.takes_away is not None:
            back = "and the way back, which takes this control plan away again"
        for name, text in files.items():
            lines.append(f"  {wish.recipient}  {name}  {_hash(text)[:19]}  {len(text)} characters")
        lines.append(f"  {wish.recipient}  {back}")
    return "\n".join(lines)


def _hash(text: str) -> str:
    return tagged(sha256(text.encode()))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
