"""What the plant is asked to sign for a roll-out, and taking its signatures.

The hub has no key of a plant and signs nothing for one. It asks that exactly what was drafted is signed, and by one
key; whether that is the plant's key each agent judges for itself.
"""

from collections.abc import Sequence

from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.rollout.content import brought, content_of, in_force, way_back
from hub.rollout.order import Whole, whole
from hub.rollout.progress import RolloutState
from hub.store.core.database import Reading
from hub.store.fleet.contacts import Contact, all_contacts
from hub.store.fleet.rollouts import StoredVersion, versions
from traceability.encoding import from_base64
from traceability.record.base import Record
from traceability.record.downlink import PIECE
from traceability.record.rollout import RolloutSignedRecord
from traceability.rollout import CheckedWish, SigningRequest, Wish, check_signed, read_signed
from traceability.signing import key_id

_OPEN = (RolloutState.TO_SIGN, RolloutState.READY)


def request_of(connection: Reading, one: Whole) -> SigningRequest:
    """What comes to each agent, and what is in force there now as the way back."""
    contacts = all_contacts(connection)
    known = versions(connection, plant=one.ordered.plant)
    return SigningRequest(
        rollout=one.ordered.id,
        plant=one.ordered.plant,
        about=f"{one.version.role} {one.version.name}, version {one.version.number}",
        wishes=tuple(_wish(one.version, agent, contacts.get(agent), known) for agent in one.ordered.agents),
    )


def take_signatures(hub: Hub, identity: str, signed: bytes) -> None:
    """Keep what the plant signed; ``EntryRefused`` when nothing is waited for, ``Malformed`` for anything else."""
    answer = read_signed(signed.strip())

    def records(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        one = whole(connection, identity)
        if one.progress.state not in _OPEN:
            raise EntryRefused("nothing is to be signed for it any more", where=identity, advice="order a new roll-out")
        checked = check_signed(answer, request_of(connection, one))
        key = key_id(from_base64(answer.key, "the plant's key"))
        return [_record(wish, one, key, stamp) for wish in checked]

    enter(hub, records)


def _record(wish: CheckedWish, one: Whole, key: str, stamp: Stamps) -> Record:
    return RolloutSignedRecord(
        id=one.ordered.id,
        plant=one.ordered.plant,
        agent=wish.recipient,
        key=key,
        number=wish.number,
        envelope=_pieces(wish.envelopes.forward),
        back_number=wish.back_number,
        back=_pieces(wish.envelopes.back or ""),
        **stamp(),
    )


def _pieces(envelope: str) -> tuple[str, ...]:
    return tuple(envelope[at : at + PIECE] for at in range(0, len(envelope), PIECE))


def _wish(version: StoredVersion, agent: str, contact: Contact | None, known: Sequence[StoredVersion]) -> Wish:
    beat = None if contact is None else contact.heartbeat
    forward = brought(version, agent, beat)
    back = way_back(forward, beat, in_force(agent, beat, known))
    return Wish(recipient=agent, forward=content_of(forward), back=back)
