"""The signed document: a DSSE envelope (``application/vnd.zhuoyue.declaration+json``) over one JSON object.

``inputs`` hold what was counted, summed and answered; ``grade`` and ``figures`` what follows from them. Fractions are
text "numerator/denominator", money decimal text; histograms of key characteristics are integers of their resolution.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

import msgspec

from traceability.errors import FormatUnsupported, Malformed
from traceability.measurement import Characteristic
from traceability.quality.calendar import Coverage
from traceability.quality.digital_coverage import DigitalCoverage
from traceability.quality.field_return import CohortReturns
from traceability.quality.first_pass import FirstPass
from traceability.quality.gauge import GaugeEvidence
from traceability.quality.grade_text import fraction_text
from traceability.quality.loss import LossEntry
from traceability.quality.policy import Policy
from traceability.quality.questionnaire import Answer
from traceability.quality.rollup import Rollup
from traceability.quality.sampling import PartInspection
from traceability.quality.window import Window
from traceability.signing import Signer, seal_envelope
from traceability.unit import Environment

DECLARATION_TYPE = "application/vnd.zhuoyue.declaration+json"
DECLARATION_FORMAT = "1.0"


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """One product family: its route in order, the counts of its operations and its output."""

    part: str
    name: str
    name_zh: str
    route: tuple[str, ...]
    output: int
    operations: dict[str, FirstPass]
    final: tuple[str, ...] = ()
    """Operations of final acceptance."""


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One key characteristic: limits, the roll-up of its values, its gauges."""

    part: str
    characteristic: Characteristic
    rollup: Rollup
    left_out: int
    gauge: GaugeEvidence


class LossInput(msgspec.Struct, frozen=True, kw_only=True):
    """One counting entry of the loss ledger, by the id of its record."""

    record: str
    entry: LossEntry


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the figures follow from."""

    submitted: int
    """Units at final acceptance, first submission, and how many of them were OK."""
    first_ok: int
    families: tuple[Family, ...]
    measured: tuple[Measured, ...]
    losses: tuple[LossInput, ...] | None
    """None: neither a cost nor an output value was ever entered."""
    output_value: Decimal | None
    currency: str
    answers: tuple[Answer, ...]
    coverage: Coverage
    digital: DigitalCoverage
    policy: Policy
    lots: tuple[PartInspection, ...] = ()
    """Every submission of the lots that were judged on samples (rule R14)."""
    returns: tuple[CohortReturns, ...] = ()
    """Units that failed in the field, by month of shipment (rule R5)."""
    failed: dict[str, int] = {}
    """By part, accepted units that claims from the field name."""


class Declaration(msgspec.Struct, frozen=True, kw_only=True):
    """What is signed. ``through`` and ``root`` say which batches of which log it rests on."""

    format: str
    id: str
    organisation: str
    organisation_zh: str
    plant: str
    plant_name: str
    plant_name_zh: str
    environment: Environment
    window: Window
    declared_at: Annotated[datetime, msgspec.Meta(tz=True)]
    declared_by: str
    log: str
    through: int
    root: str
    inputs: Inputs
    grade: dict[str, Any]
    figures: dict[str, Any]
    needs_stats: tuple[str, ...] = ()
    """Figures that only an installation with the extra ``stats`` can compute again."""

    @property
    def first(self) -> date:
        """The first day declared about."""
        return self.window.first


def encode_declaration(document: Declaration) -> bytes:
    """The payload: compact JSON, keys in the order of the structures."""
    return _encoder.encode(document)


def sign_declaration(document: Declaration, signer: Signer) -> bytes:
    """The signed file, a newline at its end."""
    return seal_envelope(encode_declaration(document), DECLARATION_TYPE, signer) + b"\n"


def decode_declaration(payload: bytes) -> Declaration:
    """Parse a payload; ``Malformed`` says which field is wrong."""
    try:
        stated = msgspec.json.decode(payload, type=_Stated)
        if stated.format != DECLARATION_FORMAT:
            raise FormatUnsupported(
                f"declaration format {stated.format[:20]!r} is not {DECLARATION_FORMAT}",
                advice="check it with the program version that made it, or a newer one",
            )
        return _decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"not a declaration: {error}") from None


class _Stated(msgspec.Struct):
    format: str


def _from_text(kind: type, value: object) -> Fraction:
    if kind is not Fraction or not isinstance(value, str):
        raise ValueError("a fraction is text")
    numerator, slash, denominator = value.partition("/")
    if not slash or not denominator.isdigit() or int(denominator) == 0:
        raise ValueError(f"{value[:40]!r} is no fraction")
    return Fraction(int(numerator), int(denominator))


_encoder = msgspec.json.Encoder(enc_hook=fraction_text, decimal_format="string")
_decoder: msgspec.json.Decoder[Declaration] = msgspec.json.Decoder(Declaration, dec_hook=_from_text)


def differences(stated: Any, found: Any, where: str = "") -> list[str]:
    """Where two spelt structures differ; doubles may differ in their last digits, as machines' libraries do."""
    if isinstance(stated, float) or isinstance(found, float):
        return [] if _close(stated, found) else [f"{where}: {stated!r} is stated, {found!r} found"]
    if isinstance(stated, Mapping) and isinstance(found, Mapping):
        names = [*stated, *(name for name in found if name not in stated)]
        return [
            line
            for name in names
            for line in differences(stated.get(name), found.get(name), f"{where}.{name}" if where else str(name))
        ]
    if isinstance(stated, list | tuple) and isinstance(found, list | tuple) and len(stated) == len(found):
        return [
            line
            for number, (one, other) in enumerate(zip(stated, found, strict=True))
            for line in differences(one, other, f"{where}[{number}]")
        ]
    return [] if stated == found else [f"{where}: {str(stated)[:80]!r} is stated, {str(found)[:80]!r} found"]


_RELATIVE = 1e-9


def _close(stated: Any, found: Any) -> bool:
    if not isinstance(stated, int | float) or not isinstance(found, int | float):
        return False
    return abs(stated - found) <= _RELATIVE * max(1.0, abs(stated), abs(found))
