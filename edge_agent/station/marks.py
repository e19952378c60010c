"""How well codes are marked, as measurements: so that limits, charts and alarms see wear before reads fail."""

from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_EVEN, Decimal

from edge_agent.config.settings import Camera
from traceability.measurement import Characteristic, Measurement, Status
from traceability.record.production import MarkQuality, Picture
from vision.symbol import Quality


def mark_quality(quality: Quality | None) -> MarkQuality | None:
    """Estimates as records hold them, in thousandths."""
    if quality is None:
        return None
    values = {name: getattr(quality, name) for name in Quality.__struct_fields__}
    return MarkQuality(**{name: None if value is None else round(value * 1000) for name, value in values.items()})


def measured_marks(camera: Camera, pictures: Iterable[Picture]) -> Iterator[Measurement]:
    """The estimates that the station measures; Bad where there is not exactly one code that has them."""
    by_position = {picture.position: picture for picture in pictures}
    for position, wanted in camera.measurements.items():
        picture = by_position.get(position)
        graded = [] if picture is None else [symbol.quality for symbol in picture.symbols if symbol.quality is not None]
        for estimate, characteristic in wanted.items():
            value = getattr(graded[0], estimate) if len(graded) == 1 else None
            yield _measurement(value, characteristic)


def _measurement(thousandths: int | None, characteristic: Characteristic) -> Measurement:
    if thousandths is None:
        value, status, raw = None, Status.BAD, None
    else:
        exact = Decimal(thousandths).scaleb(-1 if characteristic.uom == "%" else -3)
        scaled = exact.scaleb(characteristic.decimals)
        value, status = int(scaled.to_integral_value(ROUND_HALF_EVEN)), Status.GOOD
        raw = None if value == scaled else str(exact)
    return Measurement(
        characteristic=characteristic.id,
        value=value,
        decimals=characteristic.decimals,
        uom=characteristic.uom,
        status=status,
        raw=raw,
    )
