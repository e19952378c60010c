"""What an inspection program asks: types only. Coordinates are pixels of the reference picture, x right, y down."""

from typing import Annotated, Literal

import msgspec

Id = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_.-]{1,60}$")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Coordinate = Annotated[float, msgspec.Meta(ge=0, le=32_767)]
Length = Annotated[float, msgspec.Meta(gt=0, le=32_767)]
Position = tuple[Coordinate, Coordinate]
Region = tuple[Coordinate, Coordinate, Length, Length]
"""x, y, width, height."""
Levels = Annotated[float, msgspec.Meta(gt=0, le=255)]
"""Grey levels of 256."""
Share = Annotated[float, msgspec.Meta(gt=0, le=1)]
Degrees = Annotated[float, msgspec.Meta(ge=0, le=180)]
Polarity = Literal["dark-to-bright", "bright-to-dark"]
Hash = Annotated[str, msgspec.Meta(pattern="^sha256:[0-9a-f]{64}$")]


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Refuses keys that nobody reads: a mistyped limit must not pass as no limit."""


class _Locate(_Table, frozen=True, kw_only=True, tag_field="kind"):
    """How to find the part; a pose turned or scaled further than allowed is no pose."""

    max_angle: Degrees = 180.0
    max_scale: Annotated[float, msgspec.Meta(ge=0, le=0.5)] = 0.1


class Fixed(_Locate, frozen=True, kw_only=True, tag="fixed"):
    """A nest holds the part where it was taught."""


class Template(_Locate, frozen=True, kw_only=True, tag="template"):
    """Patches of the reference picture, found by correlation; the first one leads."""

    fiducials: Annotated[tuple[Region, ...], msgspec.Meta(min_length=1, max_length=8)]
    search: Annotated[float, msgspec.Meta(gt=0, le=4000)] = 60.0
    """How far from its place the first one is looked for, in pixels."""
    max_angle: Degrees = 10.0
    at_least: Share = 0.6


class Circles(_Locate, frozen=True, kw_only=True, tag="circles"):
    """Round marks or holes, two or more, told apart by their distances."""

    fiducials: Annotated[tuple[Position, ...], msgspec.Meta(min_length=2, max_length=16)]
    radius: Length
    polarity: Literal["dark", "bright"] = "dark"
    tolerance: Length = 4.0
    """How far a mark may lie from where the others say, in pixels."""


class Aruco(_Locate, frozen=True, kw_only=True, tag="aruco"):
    """Printed markers, by number."""

    markers: Annotated[tuple[Annotated[int, msgspec.Meta(ge=0, le=999)], ...], msgspec.Meta(min_length=1)]
    dictionary: Literal["4x4", "5x5", "6x6"] = "4x4"


class Features(_Locate, frozen=True, kw_only=True, tag="features"):
    """Corners and textures of the part itself, matched and then agreed on by RANSAC."""

    region: Region | None = None
    at_least: Annotated[int, msgspec.Meta(ge=6, le=10_000)] = 15
    """Matches that must agree on one pose."""
    seed: int = 1


Locate = Fixed | Template | Circles | Aruco | Features


class _Step(_Table, frozen=True, kw_only=True, tag_field="kind"):
    """``id`` is how results name the step."""

    id: Id
    name: str = ""


class _Limited(_Step, frozen=True, kw_only=True):
    """Limits in the step's unit: mm with a calibration, pixels without one."""

    lsl: float | None = None
    usl: float | None = None


class Presence(_Step, frozen=True, kw_only=True, tag="presence"):
    """The region looks like the reference picture: something that belongs there is there (or is absent)."""

    region: Region
    at_least: Share = 0.6
    shift: Annotated[int, msgspec.Meta(ge=0, le=20)] = 2


class Differing(_Step, frozen=True, kw_only=True, tag="difference"):
    """What differs from the taught good pictures, beyond ``tolerance`` pixels along edges."""

    region: Region
    ignore: tuple[Region, ...] = ()
    tolerance: Annotated[int, msgspec.Meta(ge=0, le=5)] = 1
    threshold: Levels = 30.0
    least_area: Annotated[float, msgspec.Meta(ge=0)] = 6.0
    """Smaller spots are noise, in pixels."""
    usl: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    """Area that may differ."""


class Width(_Limited, frozen=True, kw_only=True, tag="width"):
    """A calliper: from ``start`` the first edge of its kind, from ``end`` backwards the first of the other kind."""

    start: Position
    end: Position
    rows: Annotated[int, msgspec.Meta(ge=1, le=2000)] = 20
    first: Polarity
    second: Polarity
    contrast: Levels = 20.0


class Circle(_Limited, frozen=True, kw_only=True, tag="circle"):
    """A circle fitted to the edge met by ``rays`` from ``radius - band`` to ``radius + band``."""

    centre: Position
    radius: Length
    band: Length
    polarity: Polarity
    """Going outwards: a dark hole is dark-to-bright."""
    measure: Literal["diameter", "roundness"] = "diameter"
    rays: Annotated[int, msgspec.Meta(ge=12, le=2000)] = 90
    contrast: Levels = 20.0


class Pitch(_Limited, frozen=True, kw_only=True, tag="pitch"):
    """The distance of the centres of two circle steps that stand above."""

    between: tuple[Id, Id]


class Blob(_Limited, frozen=True, kw_only=True, tag="blob"):
    """Spots darker or brighter than ``threshold`` in the reference picture's light (without it, than Otsu's)."""

    region: Region
    polarity: Literal["dark", "bright"]
    threshold: Levels | None = None
    least_area: Annotated[float, msgspec.Meta(ge=0)] = 20.0
    measure: Literal["count", "area", "largest"] = "count"


class Surface(_Limited, frozen=True, kw_only=True, tag="surface"):
    """Spots, dents and scratches on an even surface: what leaves its own surroundings by ``contrast`` levels."""

    region: Region
    polarity: Literal["dark", "bright", "both"] = "both"
    window: Annotated[int, msgspec.Meta(ge=5, le=501)] = 41
    """Side of the surroundings, several times as wide as the widest defect."""
    contrast: Levels = 20.0
    least_area: Annotated[float, msgspec.Meta(ge=0)] = 6.0
    measure: Literal["count", "area", "largest"] = "area"
    usl: float | None = 0.0


class Colour(_Step, frozen=True, kw_only=True, tag="colour"):
    """The region's mean colour against the taught one, as CIEDE2000; ``white`` is a patch that is always the same."""

    region: Region
    white: Region | None = None
    usl: Annotated[float, msgspec.Meta(ge=0)] = 3.0


class Text(_Step, frozen=True, kw_only=True, tag="text"):
    """What is written in the region, by a reader that is installed besides; all of it must match ``pattern``."""

    region: Region
    pattern: str
    reader: Id = "rapidocr"
    confidence: Share = 0.5


class Anomaly(_Step, frozen=True, kw_only=True, tag="anomaly"):
    """How far the region is from all good pictures taught; without ``usl`` the limit that teaching found."""

    region: Region
    features: Literal["aligned", "network"] = "aligned"
    usl: float | None = None


Step = Presence | Differing | Width | Circle | Pitch | Blob | Surface | Colour | Text | Anomaly


class PictureTable(_Table, frozen=True, kw_only=True):
    """``[picture]``: what the camera sends. ``bits`` of deeper pictures: how many of 16 are used."""

    width: Annotated[int, msgspec.Meta(ge=16, le=32_767)]
    height: Annotated[int, msgspec.Meta(ge=16, le=32_767)]
    bits: Annotated[int, msgspec.Meta(ge=8, le=16)] = 16


class TaughtPicture(_Table, frozen=True, kw_only=True):
    """``[[taught.picture]]``: a good picture, by name and the SHA-256 of its bytes; the first is the reference."""

    file: Name
    sha256: Hash


class TaughtTable(_Table, frozen=True, kw_only=True):
    """``[taught]``: written by ``teach``. ``files`` are what it learnt, beside the program in ``folder``."""

    folder: Name
    asked: Hash
    """The hash of what was asked when it was taught: the program without this table."""
    files: dict[str, Hash]
    limits: dict[Id, float] = {}
    """Limits that teaching found, by step."""
    picture: tuple[TaughtPicture, ...]


class Program(_Table, frozen=True, kw_only=True):
    """The whole file. ``decision``: ``guarded`` leaves undecided what lies within its uncertainty of a limit."""

    format: Literal[1]
    name: Id
    version: Id
    calibration: Name | None = None
    decision: Literal["simple", "guarded"] = "simple"
    picture: PictureTable
    locate: Locate = Fixed()
    step: Annotated[tuple[Step, ...], msgspec.Meta(min_length=1, max_length=200)]
    taught: TaughtTable | None = None
