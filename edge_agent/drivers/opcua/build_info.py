"""What an OPC UA server says it is: BuildInfo of ServerStatus (OPC 10000-5, 12.4), read like any other points."""

from edge_agent.drivers.interface import Sample
from firmware_profiles.decode import decode
from firmware_profiles.errors import DecodeFault
from firmware_profiles.format import DataType, Point
from firmware_profiles.identify import Claim
from traceability.measurement import Status

BUILD_INFO = {
    name: Point(name=name, node=node, type=DataType.STRING)
    for name, node in (
        ("product name", "i=2261"),
        ("product URI", "i=2262"),
        ("manufacturer name", "i=2263"),
        ("software version", "i=2264"),
    )
}
"""The points to read."""


def claim_of(samples: dict[str, Sample]) -> Claim:
    """What the samples of ``BUILD_INFO`` say; what is empty or unreadable is not said."""
    said = {name: _text(point, samples.get(name)) for name, point in BUILD_INFO.items()}
    products = [said["product URI"], said["product name"]]
    return Claim(
        vendor=said["manufacturer name"],
        products=tuple(text for text in products if text),
        revision=said["software version"],
    )


def _text(point: Point, sample: Sample | None) -> str | None:
    if sample is None or sample.status is Status.BAD:
        return None
    try:
        return str(decode(point, sample.raw)) or None
    except DecodeFault:
        return None
