"""The shape of ``[[station.inspection]]`` as it is written."""

from typing import Annotated

import msgspec


class InspectionTable(msgspec.Struct, frozen=True, kw_only=True):
    """``[[station.inspection]]``: a taught program judges the picture of one of the camera's positions.

    ``code`` false: the picture shows no code and names nobody, it is inspected only. ``measurements`` maps steps of the
    program to characteristics of the control plan. A picture on which the program works longer than ``timeout_s`` is
    not decidable.
    """

    position: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    program: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
    code: bool = True
    measurements: dict[str, str] = {}
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=600)] = 10.0
