"""Declare a plant's Level: the document is computed, signed, kept, and its hash sealed in the log, in one go."""

from collections.abc import Sequence

from hub.declaration.inputs import inputs_of
from hub.entry.master import require_plant
from hub.entry.of_plant import new_id
from hub.entry.seal import Stamps, enter
from hub.errors import NotFound
from hub.ledger.log import current_checkpoint
from hub.parts import Hub
from hub.scorecard.plant import scored_plant
from hub.store.core.database import Reading
from hub.store.ledger.batches import StoredBatch
from hub.store.quality.declarations import document_of, keep_document
from hub.store.quality.queries import statements
from traceability.declaration.document import (
    DECLARATION_FORMAT,
    DECLARATION_TYPE,
    Declaration,
    decode_declaration,
    sign_declaration,
)
from traceability.declaration.recompute import recompute, spelt
from traceability.encoding import sha256, tagged
from traceability.record.base import Record
from traceability.record.quality import DeclarationRecord
from traceability.signing import envelope_payload, read_envelope


def declare(hub: Hub, plant: str, *, declared_by: str) -> tuple[str, StoredBatch]:
    """The declaration's id and the batch that sealed its hash."""
    identity = new_id(hub, "declaration")

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        require_plant(connection, plant, where="declaration")
        document = compose(connection, hub, plant, identity=identity, declared_by=declared_by)
        signed = sign_declaration(document, hub.signer)
        digest = tagged(sha256(signed.rstrip(b"\n")))
        keep_document(connection, identity, plant, digest, signed)
        return [
            DeclarationRecord(
                id=identity,
                plant=plant,
                document=digest,
                level=document.grade["level"],
                rated=document.grade["rated"],
                first=document.window.first,
                last=document.window.last,
                declared_by=declared_by,
                **stamp(),
            )
        ]

    stored = enter(hub, draft)
    assert stored is not None  # the draft always has a record
    return identity, stored


def compose(connection: Reading, hub: Hub, plant: str, *, identity: str, declared_by: str) -> Declaration:
    """The document of now, not signed."""
    now = hub.clock()
    scored, gathered = scored_plant(connection, plant, now)
    inputs = inputs_of(connection, gathered, scored)
    grade, figures = spelt(recompute(inputs, scored.window))
    checkpoint = current_checkpoint(connection, hub.settings.origin)
    return Declaration(
        format=DECLARATION_FORMAT,
        id=identity,
        organisation=scored.entry.organisation.name,
        organisation_zh=scored.entry.organisation.name_zh,
        plant=plant,
        plant_name=scored.entry.named.name,
        plant_name_zh=scored.entry.named.name_zh,
        environment=hub.settings.environment,
        window=scored.window,
        declared_at=now,
        declared_by=declared_by,
        log=hub.settings.origin,
        through=checkpoint.size,
        root=tagged(checkpoint.root),
        inputs=inputs,
        grade=grade,
        figures=figures,
    )


def declarations_of(connection: Reading, plant: str) -> tuple[DeclarationRecord, ...]:
    """Every declaration of a plant, the latest first."""
    return tuple(reversed([record for record, _ in statements(connection, DeclarationRecord, [plant])]))


def signed_document(connection: Reading, identity: str) -> bytes:
    """The file as it was handed out; ``NotFound`` when there is none."""
    body = document_of(connection, identity)
    if body is None:
        raise NotFound(f"there is no declaration {identity[:100]!r} here", advice="list the plant's declarations")
    return body


def opened_document(connection: Reading, identity: str) -> Declaration:
    """What a kept declaration says."""
    envelope = read_envelope(signed_document(connection, identity).rstrip(b"\n"))
    return decode_declaration(envelope_payload(envelope, DECLARATION_TYPE))
