"""The fields of tightening results: MID 0061 (a result as it happens) and MID 0065 (an old one).

Each field is preceded by its number in two digits, counting from 01; the numbers below are the fields' widths in
characters (Open Protocol Specification 2.8, MID 0061 and MID 0065). Revisions above 2 add fields at the end of
revision 2. Torques travel in hundredths.
"""

from enum import StrEnum

import msgspec

RESULT = 61
OLD_RESULT = 65


class Kind(StrEnum):
    """What a field holds."""

    NUMBER = "number"
    HUNDREDTHS = "hundredths"
    TEXT = "text"
    TIME = "time"


class Field(msgspec.Struct, frozen=True):
    """One field of a result."""

    name: str
    width: int
    kind: Kind = Kind.NUMBER


def _text(name: str, width: int = 25) -> Field:
    return Field(name, width, Kind.TEXT)


def _torque(name: str) -> Field:
    return Field(name, 6, Kind.HUNDREDTHS)


def _time(name: str) -> Field:
    return Field(name, 19, Kind.TIME)


_BEGIN = (Field("cell_id", 4), Field("channel_id", 2), _text("controller_name"), _text("vin"))
_TORQUES = (_torque("torque_min"), _torque("torque_max"), _torque("torque_target"), _torque("torque"))
_ANGLES = (Field("angle_min", 5), Field("angle_max", 5), Field("angle_target", 5), Field("angle", 5))
_BATCH = (Field("batch_size", 4), Field("batch_counter", 4))
_PROGRAM = (Field("job_id", 4), Field("parameter_set", 3), Field("strategy", 2), _text("strategy_options", 5))
_STATUSES = (
    Field("tightening_status", 1),
    Field("batch_status", 1),
    Field("torque_status", 1),
    Field("angle_status", 1),
    Field("rundown_angle_status", 1),
    Field("current_status", 1),
    Field("self_tap_status", 1),
    Field("prevailing_torque_status", 1),
    Field("prevailing_compensation_status", 1),
    _text("tightening_errors", 10),
)
_ID = Field("tightening_id", 10)
_JOB = (Field("job_sequence", 5), Field("sync_tightening_id", 5), _text("tool_serial", 14))

_RESULT_1 = (
    *_BEGIN,
    Field("job_id", 2),
    Field("parameter_set", 3),
    *_BATCH,
    Field("tightening_status", 1),
    Field("torque_status", 1),
    Field("angle_status", 1),
    *_TORQUES,
    *_ANGLES,
    _time("timestamp"),
    _time("parameters_changed"),
    Field("batch_status", 1),
    _ID,
)
_RESULT_2 = (
    *_BEGIN,
    *_PROGRAM,
    *_BATCH,
    *_STATUSES,
    *_TORQUES,
    *_ANGLES,
    Field("rundown_angle_min", 5),
    Field("rundown_angle_max", 5),
    Field("rundown_angle", 5),
    Field("current_min", 3),
    Field("current_max", 3),
    Field("current", 3),
    _torque("self_tap_min"),
    _torque("self_tap_max"),
    _torque("self_tap_torque"),
    _torque("prevailing_torque_min"),
    _torque("prevailing_torque_max"),
    _torque("prevailing_torque"),
    _ID,
    *_JOB,
    _time("timestamp"),
    _time("parameters_changed"),
)
_OLD_1 = (
    _ID,
    _text("vin"),
    Field("parameter_set", 3),
    Field("batch_counter", 4),
    Field("tightening_status", 1),
    Field("torque_status", 1),
    Field("angle_status", 1),
    _torque("torque"),
    Field("angle", 5),
    _time("timestamp"),
    Field("batch_status", 1),
)
_OLD_2 = (
    _ID,
    _text("vin"),
    *_PROGRAM,
    *_BATCH,
    *_STATUSES,
    _torque("torque"),
    Field("angle", 5),
    Field("rundown_angle", 5),
    Field("current", 3),
    _torque("self_tap_torque"),
    _torque("prevailing_torque"),
    *_JOB,
    _time("timestamp"),
)
_UNIT = (Field("torque_unit", 1), Field("result_type", 2))
_IDENTIFIERS = (_text("identifier_2"), _text("identifier_3"), _text("identifier_4"))
_ERROR_CODE = (_text("customer_error_code", 4),)
_COMPENSATION = (_torque("prevailing_compensation"), _text("tightening_errors_2", 10))


def _growing(
    first: tuple[Field, ...], second: tuple[Field, ...], *more: tuple[Field, ...]
) -> dict[int, tuple[Field, ...]]:
    tables = {1: first, 2: second}
    for revision, added in enumerate(more, start=3):
        tables[revision] = tables[revision - 1] + added
    return tables


TABLES: dict[int, dict[int, tuple[Field, ...]]] = {
    RESULT: _growing(
        _RESULT_1, _RESULT_2, (_text("parameter_set_name"), *_UNIT), _IDENTIFIERS, _ERROR_CODE, _COMPENSATION
    ),
    OLD_RESULT: _growing(_OLD_1, _OLD_2, _UNIT, _IDENTIFIERS, _ERROR_CODE, _COMPENSATION),
}
"""Fields by MID and revision."""

NAMES = frozenset(field.name for tables in TABLES.values() for table in tables.values() for field in table)
"""Every name a profile's point may use as its ``field``."""
