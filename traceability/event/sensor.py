"""How an event was sensed (EPCIS 2.0, 7.3.7): sensor elements with their metadata and reports.

Identifiers, times and vocabulary are text as they stand in the event; vocabulary of GS1 is spelt in full. ``None``
means absent. Extensions are keyed ``{namespace}name``.
"""

from decimal import Decimal
from typing import Any

import msgspec

Extensions = dict[str, Any]


class SensorMetadata(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What holds for all reports of a sensor element."""

    time: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    device_id: str | None = None
    device_metadata: str | None = None
    raw_data: str | None = None
    data_processing_method: str | None = None
    biz_rules: str | None = None
    extensions: Extensions = {}


class SensorReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One observation; ``uom`` is a code of UN/ECE Recommendation 20."""

    type: str | None = None
    exception: str | None = None
    device_id: str | None = None
    device_metadata: str | None = None
    raw_data: str | None = None
    data_processing_method: str | None = None
    biz_rules: str | None = None
    time: str | None = None
    microorganism: str | None = None
    chemical_substance: str | None = None
    value: Decimal | None = None
    component: str | None = None
    string_value: str | None = None
    boolean_value: bool | None = None
    hex_binary_value: str | None = None
    uri_value: str | None = None
    min_value: Decimal | None = None
    max_value: Decimal | None = None
    mean_value: Decimal | None = None
    s_dev: Decimal | None = None
    perc_rank: Decimal | None = None
    perc_value: Decimal | None = None
    uom: str | None = None
    coordinate_reference_system: str | None = None
    extensions: Extensions = {}


class SensorElement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Reports that share their metadata; at least one."""

    metadata: SensorMetadata | None = None
    reports: tuple[SensorReport, ...] = ()
    extensions: Extensions = {}
