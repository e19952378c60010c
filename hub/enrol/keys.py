"""Keys enter into force and lose it, each as records in the ledger: by a token, by the key before, by a revocation.

A request that comes again because its answer was lost gets the same answer: a token keeps its own, and a rotation to
the key that is in force already changes nothing.
"""

import re
from collections.abc import Sequence

from hub.entry.seal import Stamps, enter, enter_within
from hub.errors import EntryRefused, NotFound, TokenRefused, UnknownAuthor
from hub.ingest.verify import refuse_revoked
from hub.parts import Hub
from hub.settings import HUB_AUTHOR
from hub.store.core.database import Reading, Writing
from hub.store.core.instant import to_micros
from hub.store.fleet.enrolment import StoredToken, find_token, forget_tokens, use_token
from hub.store.ledger.authors import key_in_force, plant_of_author
from hub.store.ledger.batches import StoredBatch, latest_of_author, log_size
from traceability.encoding import to_base64
from traceability.enrolment import Enrolled, LastBatch, ProvedClaim, open_key_request, seal_enrolled
from traceability.errors import SignatureRefused
from traceability.record.base import Record
from traceability.record.keys import AuthorKeyRevokedRecord, KeyOrigin, KeyProofRecord
from traceability.record.master import AuthorKeyRecord
from traceability.signing import key_id

_PSEUDONYM = re.compile(r"[A-Za-z0-9._-]{1,60}")
_LONGEST_REASON = 1000


def enrol(hub: Hub, body: bytes) -> bytes:
    """The signed answer to an enrolment request; ``TokenRefused`` says why a token is not taken."""
    proved = open_key_request(body, hub.signer.public_key)
    with hub.store.writing() as connection:
        token = find_token(connection, key_id(proved.allowing_key))
        token = _checked(token, proved, to_micros(hub.clock()))
        if token.answer is not None:
            return token.answer.encode()
        known = key_in_force(connection, token.author, log_size(connection))
        if known is not None and not token.replaces:
            raise TokenRefused("the author has a key in force already", advice="ask for a token made with --replace")
        last = latest_of_author(connection, token.author)
        origin = KeyOrigin.REPLACED if last is not None or known is not None else KeyOrigin.ENROLLED
        answer = _enter_key(connection, hub, proved, token.plant, origin=origin, token=token)
        use_token(
            connection,
            token.id,
            public_key=proved.claim.public_key,
            answer=answer.decode(),
            at=to_micros(hub.clock()),
        )
    return answer


def rotate(hub: Hub, body: bytes) -> bytes:
    """The signed answer to a rotation: the key before allows the new one."""
    proved = open_key_request(body, hub.signer.public_key)
    author = proved.claim.author
    with hub.store.writing() as connection:
        refuse_revoked(connection, author)
        known = key_in_force(connection, author, log_size(connection))
        if known is None or known.plant is None:
            raise UnknownAuthor(f"no key is registered for the author {author!r}", advice="enrol the agent first")
        if known.public_key == proved.public_key:
            return _answer(connection, hub, proved, known.plant, log_size(connection) - 1)
        if known.public_key != proved.allowing_key:
            raise SignatureRefused(
                f"the rotation of {author!r} is not signed by the key in force",
                advice="run it with the agent's present key; if that is lost, enrol again with a token",
            )
        return _enter_key(connection, hub, proved, known.plant, origin=KeyOrigin.ROTATED, token=None)


def revoke(hub: Hub, author: str, *, reason: str, by: str) -> StoredBatch | None:
    """No key of ``author`` counts from here on; None when none did before."""
    if author == HUB_AUTHOR:
        raise EntryRefused("the hub's own key can't be revoked by itself", where=f"agent {author}")
    if not reason.strip() or len(reason) > _LONGEST_REASON:
        raise EntryRefused("a revocation needs a reason", where="reason", advice="say why in a few words")
    if not _PSEUDONYM.fullmatch(by):
        raise EntryRefused(
            f"{by[:80]!r} is no pseudonymous id", where="by", advice="letters, digits, '.', '_' and '-', at most 60"
        )

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        if key_in_force(connection, author, log_size(connection)) is None:
            return []
        return [AuthorKeyRevokedRecord(id=author, reason=reason.strip(), by=by, **stamp())]

    stored = enter(hub, draft)
    with hub.store.writing() as connection:
        forget_tokens(connection, author)
    return stored


def revoke_at(hub: Hub, plant: str, author: str, *, reason: str, by: str) -> StoredBatch | None:
    """The same for an agent of ``plant``; ``NotFound`` when it is none of it."""
    with hub.store.reading() as connection:
        if plant_of_author(connection, author) != plant:
            raise NotFound(f"{author[:100]!r} is no agent of {plant[:100]!r}", advice="/api/v1/fleet lists them")
    return revoke(hub, author, reason=reason, by=by)


def _checked(token: StoredToken | None, proved: ProvedClaim, now: int) -> StoredToken:
    """The token a request was signed by, when it may be used by it."""
    if token is None:
        raise TokenRefused("this hub does not know the token", advice="ask the hub's administrator for a new one")
    if token.author != proved.claim.author:
        raise TokenRefused(f"the token is for {token.author!r}, not for {proved.claim.author!r}")
    if token.used_at is not None and token.public_key != proved.claim.public_key:
        raise TokenRefused(
            "the token was used already, with another key",
            advice="ask for a new one; if nobody of yours used it, have the key revoked at once",
        )
    if now >= token.expires_at:
        raise TokenRefused("the token is over", advice="ask the hub's administrator for a new one")
    return token


def _enter_key(
    connection: Writing,
    hub: Hub,
    proved: ProvedClaim,
    plant: str,
    *,
    origin: KeyOrigin,
    token: StoredToken | None,
) -> bytes:
    author = proved.claim.author

    def draft(_connection: Reading, stamp: Stamps) -> Sequence[Record]:
        environment = hub.settings.environment
        key = to_base64(proved.public_key)
        return [
            AuthorKeyRecord(id=author, plant=plant, public_key=key, environment=environment, **stamp()),
            KeyProofRecord(
                id=author,
                origin=origin,
                proof=proved.proof,
                token=None if token is None else token.id,
                line=None if token is None else token.line,
                **stamp(),
            ),
        ]

    stored = enter_within(connection, hub, draft)
    assert stored is not None
    return _answer(connection, hub, proved, plant, stored.id)


def _answer(connection: Reading, hub: Hub, proved: ProvedClaim, plant: str, log_index: int) -> bytes:
    author = proved.claim.author
    last = latest_of_author(connection, author)
    answer = Enrolled(
        author=author,
        plant=plant,
        environment=hub.settings.environment,
        key=key_id(proved.public_key),
        log_index=log_index,
        last=None if last is None else LastBatch(chain=last.chain, seq=last.seq, hash=last.hash, log_index=last.id),
    )
    return seal_enrolled(answer, hub.signer)
