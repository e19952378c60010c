"""A piece of a picture's file comes from an agent: is it this agent's to bring, and are the bytes those of the record?

In this order, cheapest first: what the piece says of itself; the agent's key and signature; a record that names this
picture, with this size, of a plant of the agent's own organisation; the room on the disk; and, when the last byte is
here, the hash of all of them. Who has no such record is told the same as who asks for a picture that nobody sealed.
"""

from hub.errors import PictureUnknown, UnknownAuthor
from hub.ingest.verify import refuse_revoked
from hub.parts import Hub
from hub.picture.folder import PictureFolder
from hub.picture.kind import NO_PICTURE, Shape, shape_of
from hub.picture.room import PictureRoom
from hub.store.core.database import Reading, Writing
from hub.store.core.instant import to_micros
from hub.store.ledger.authors import KeyInForce, key_in_force
from hub.store.ledger.batches import log_size
from hub.store.production.pictures import FileRow, SealedPicture, files_at, pictures_of_result, put_file
from hub.store.sharing.queries import owners_of_plants
from traceability.errors import LimitExceeded, Malformed
from traceability.picture import Fate, Held, Piece, read_piece, verify_piece

MOST_BYTES = 64 * 1024 * 1024
"""Of one picture."""


def receive_piece(hub: Hub, room: PictureRoom, digest: str, header: str, body: bytes) -> Held:
    """Take the piece of the file ``digest`` that the Authorization header speaks of; what is here then."""
    piece, envelope = read_piece(header)
    if piece.sha256 != digest:
        raise Malformed("the piece is of another picture than the address names")
    with hub.store.reading() as connection:
        key = _key_of(connection, piece.author)
        verify_piece(piece, envelope, key.public_key, hub.signer.public_key, body)
        room.count(piece.author, hub.clock())
        sealed = _sealed(connection, piece, key)
        known = files_at(connection, {(one.batch_id, one.line) for one in sealed})
    rows = [known.get(one.at) for one in sealed]
    if any(row is not None and row.fate is Fate.REMOVED for row in rows):
        return Held(fate=Fate.REMOVED, have=0)
    if piece.size > MOST_BYTES:
        raise LimitExceeded(f"the picture has {piece.size} bytes, at most {MOST_BYTES} are taken", where=digest)
    folder, plant = PictureFolder(hub.settings.data), sealed[0].plant or ""
    if folder.has(plant, digest):
        if any(row is None or row.fate is not Fate.WHOLE for row in rows):
            _keep(hub, sealed, Fate.WHOLE, shape_of(folder.read(plant, digest)))
        return Held(fate=Fate.WHOLE, have=piece.size)
    if piece.gone:
        _keep(hub, sealed, Fate.GONE, NO_PICTURE, piece.gone)
        return Held(fate=Fate.GONE, have=0)
    return _add(hub, folder, sealed, piece, body)


def _add(hub: Hub, folder: PictureFolder, sealed: list[SealedPicture], piece: Piece, body: bytes) -> Held:
    plant, digest = sealed[0].plant or "", piece.sha256
    have = folder.come(plant, digest)
    if body and piece.begin == have:
        have = folder.add(plant, digest, begin=piece.begin, body=body)
    if have < piece.size:
        return Held(fate=Fate.PART, have=have)
    _keep(hub, sealed, Fate.WHOLE, shape_of(folder.settle(plant, digest)))
    return Held(fate=Fate.WHOLE, have=piece.size)


def _key_of(connection: Reading, author: str) -> KeyInForce:
    key = key_in_force(connection, author, log_size(connection))
    if key is None:
        refuse_revoked(connection, author)
    if key is None or key.plant is None:
        raise UnknownAuthor(f"no key is registered for the author {author!r}", advice="enrol the agent first")
    return key


def _sealed(connection: Reading, piece: Piece, key: KeyInForce) -> list[SealedPicture]:
    """The records of one plant of the agent's organisation that name the picture."""
    owners = owners_of_plants(connection)
    ours = [
        one
        for one in pictures_of_result(connection, piece.result, piece.sha256)
        if one.size == piece.size and one.plant is not None and owners.get(one.plant) == owners.get(key.plant or "")
    ]
    if not ours or not owners.get(key.plant or ""):
        raise PictureUnknown(
            "no record of your organisation names this picture with this size",
            where=piece.sha256,
            advice="send the batch with its record first",
        )
    own = [one for one in ours if one.plant == key.plant] or ours
    return [one for one in own if one.plant == own[0].plant]


def _keep(hub: Hub, sealed: list[SealedPicture], fate: Fate, shape: Shape, reason: str = "") -> None:
    at = to_micros(hub.clock())

    def put(connection: Writing) -> None:
        for one in sealed:
            row = FileRow(
                batch_id=one.batch_id,
                line=one.line,
                sha256=one.sha256,
                plant=one.plant or "",
                fate=fate,
                at=at,
                kind=shape.kind,
                width=shape.width,
                height=shape.height,
                reason=reason,
            )
            put_file(connection, row)

    hub.store.write(put)
