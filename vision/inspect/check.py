"""What makes sense in a program beyond its types."""

import math
import re
from collections.abc import Iterator

from vision.errors import ProgramRefused
from vision.inspect.program import (
    Anomaly,
    Circle,
    Circles,
    Features,
    PictureTable,
    Pitch,
    Position,
    Program,
    Region,
    Template,
    Text,
    Width,
)


def check_program(program: Program, where: str) -> None:
    """ProgramRefused for the first thing that makes no sense, by step and key."""
    seen: dict[str, type] = {}
    for step in program.step:
        place = f'step "{step.id}"'
        if step.id in seen:
            raise ProgramRefused(f"{place}.id stands twice; expected each one once", where=where)
        for key, problem in _problems(step, seen):
            raise ProgramRefused(f"{place}.{key} {problem}", where=where)
        for key, region in _regions(step):
            _check_region(region, program.picture, f"{place}.{key}", where)
        for key, position in _positions(step):
            _check_position(position, program.picture, f"{place}.{key}", where)
        seen[step.id] = type(step)
    _check_locate(program, where)


def _problems(step: object, seen: dict[str, type]) -> Iterator[tuple[str, str]]:
    yield from _limit_problems(step)
    if isinstance(step, Width):
        yield from _width_problems(step)
    if isinstance(step, Circle) and step.band > step.radius:
        yield "band", f"is {step.band:g}, wider than the radius {step.radius:g}"
    if isinstance(step, Pitch):
        yield from _pitch_problems(step, seen)
    if isinstance(step, Text):
        try:
            re.compile(step.pattern)
        except re.error as error:
            yield "pattern", f"is no regular expression: {error}"


def _limit_problems(step: object) -> Iterator[tuple[str, str]]:
    low, high = getattr(step, "lsl", None), getattr(step, "usl", None)
    for key, limit in (("lsl", low), ("usl", high)):
        if limit is not None and not math.isfinite(limit):
            yield key, "is no finite number; leave it out for a one-sided limit"
    if low is not None and high is not None and low >= high:
        yield "lsl", f"is {low:g}, not below usl {high:g}"


def _pitch_problems(step: Pitch, seen: dict[str, type]) -> Iterator[tuple[str, str]]:
    for name in step.between:
        if seen.get(name) is not Circle:
            yield "between", f"names {name!r}; expected two circle steps that stand above"
    if step.between[0] == step.between[1]:
        yield "between", "names one circle twice"


def _width_problems(step: Width) -> Iterator[tuple[str, str]]:
    if math.dist(step.start, step.end) < 12:
        yield "end", "is less than 12 pixels from start; a calliper needs room for two edges"
    if step.first == step.second:
        yield "second", f"is {step.second} like the first; the two sides of a thing are opposite edges"


def _regions(step: object) -> Iterator[tuple[str, Region]]:
    for key in ("region", "white"):
        region = getattr(step, key, None)
        if region is not None:
            yield key, region


def _positions(step: object) -> Iterator[tuple[str, Position]]:
    for key in ("start", "end", "centre"):
        position = getattr(step, key, None)
        if position is not None:
            yield key, position


def _check_region(region: Region, picture: PictureTable, place: str, where: str) -> None:
    x, y, w, h = region
    if min(w, h) < 4 or x + w > picture.width or y + h > picture.height:
        what = f"{place} is {[round(edge) for edge in region]}; expected x, y, width, height (4 or more) within"
        raise ProgramRefused(f"{what} {picture.width} x {picture.height} pixels", where=where)


def _check_position(position: Position, picture: PictureTable, place: str, where: str) -> None:
    if position[0] > picture.width - 1 or position[1] > picture.height - 1:
        what = f"{place} is {[round(edge) for edge in position]}; expected x, y within"
        raise ProgramRefused(f"{what} {picture.width} x {picture.height} pixels", where=where)


def _check_locate(program: Program, where: str) -> None:
    locate = program.locate
    if isinstance(locate, Template):
        for region in locate.fiducials:
            _check_region(region, program.picture, "locate.fiducials", where)
    elif isinstance(locate, Features) and locate.region is not None:
        _check_region(locate.region, program.picture, "locate.region", where)
    elif isinstance(locate, Circles):
        for position in locate.fiducials:
            _check_position(position, program.picture, "locate.fiducials", where)
        for one, other in zip(locate.fiducials, locate.fiducials[1:], strict=False):
            if math.dist(one, other) < 2 * locate.radius:
                raise ProgramRefused("locate.fiducials overlap", where=where)


def check_taught(program: Program, where: str) -> None:
    """ProgramRefused when the program was changed since it was taught in what it learnt."""
    if program.taught is None:
        raise ProgramRefused("is not taught yet", where=where, advice="zhuoyue-vision teach PROGRAM PICTURES")
    for step in program.step:
        if isinstance(step, Anomaly) and step.id not in program.taught.limits:
            what = f'step "{step.id}" was not taught'
            raise ProgramRefused(what, where=where, advice="zhuoyue-vision teach PROGRAM PICTURES")
