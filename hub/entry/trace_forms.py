"""What the entry routes take about names, shipments and corrections, as JSON."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from hub.entry.forms import Form, Key, Note
from traceability.record.logistics import ShipmentStep

ItemName = Annotated[str, Field(min_length=1, max_length=400)]
Amount = Annotated[str, Field(pattern=r"^[0-9]{1,15}(\.[0-9]{1,9})?$")]
MOST_ITEMS = 5000


class AliasForm(Form):
    """Two names of one thing: GS1 (Digital Link, EPC URN), private, or another system's (工业互联网标识)."""

    one: ItemName
    other: ItemName
    reason: Note = ""


class ReidentificationForm(Form):
    """What was called ``before`` carries ``after`` from now on."""

    before: ItemName
    after: ItemName
    reason: Note = ""


class PrefixForm(Form):
    """A GS1 company prefix of an organisation."""

    prefix: Annotated[str, Field(pattern="^[0-9]{4,12}$")]


class EndpointForm(Form):
    """A company and its place: ids of the hub, or GLN identities."""

    party: ItemName
    site: ItemName | None = None
    name: Note = ""


class ShippedForm(Form):
    """A unit, lot or logistic unit; ``inside`` is the logistic unit that it travels in."""

    item: ItemName
    inside: ItemName | None = None
    quantity: Amount | None = None
    uom: Annotated[str, Field(max_length=20)] | None = None


class ShipmentForm(Form):
    """Goods that left or arrived; ``id`` as both ends know it (a despatch advice number)."""

    id: Key
    step: ShipmentStep = ShipmentStep.SHIP
    source: EndpointForm
    destination: EndpointForm
    items: Annotated[list[ShippedForm], Field(min_length=1, max_length=MOST_ITEMS)]
    at: AwareDatetime | None = None


class TargetForm(Form):
    """One record by chain and seq, or all of the author's that carry an id."""

    author: Key
    chain: Annotated[str, Field(max_length=32)] | None = None
    seq: Annotated[int, Field(ge=1, le=2**53 - 1)] | None = None
    record: Key | None = None


class CorrectionForm(Form):
    """A record that was made in error, entered for its author."""

    target: TargetForm
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    corrective: Annotated[tuple[Key, ...], Field(max_length=100)] = ()
    entered_by: Key
