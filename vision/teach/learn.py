"""What good pictures have in common, in the frame of the first."""

from collections.abc import Iterator, Sequence
from functools import reduce

import cv2
import msgspec
import numpy as np

from vision.errors import PictureRefused, TeachingRefused
from vision.inspect.frame import Frame, frame_of, load_frame
from vision.inspect.locate.located import Locator
from vision.inspect.locate.registry import locator_of
from vision.inspect.metric import Metric
from vision.inspect.pose import Pose, unmoved
from vision.inspect.program import Anomaly, Colour, Differing, Program
from vision.inspect.result import StepUndecided
from vision.inspect.run import DARK
from vision.inspect.scene import Scene, patch
from vision.inspect.steps.anomaly import learn
from vision.inspect.steps.colour import lab_of
from vision.inspect.steps.difference import difference
from vision.inspect.steps.light import relit
from vision.inspect.taught import Lab, Model, Taught
from vision.picture import Grey, PictureLimits

_LIMITS = PictureLimits()
FEWEST_TO_DOUBT = 4
"""Good pictures from which one can differ from all others."""
FEWEST_FOR_ANOMALY = 5
"""Good pictures from which a limit can be set; twenty and more make a good one."""


class Example(msgspec.Struct, frozen=True):
    """One good picture, by name and the bytes of its file."""

    file: str
    data: bytes


class Doubt(msgspec.Struct, frozen=True):
    """A picture taught as good that differs from all the others: ``area`` in pixels, by a step."""

    file: str
    step: str
    area: float


class Lesson(msgspec.Struct, frozen=True):
    """What was learnt, and what speaks against having learnt it."""

    taught: Taught
    doubts: tuple[Doubt, ...]


def learn_program(program: Program, examples: Sequence[Example], limits: PictureLimits = _LIMITS) -> Taught:
    """As `learn_all`, without its doubts."""
    return learn_all(program, examples, limits).taught


def learn_all(program: Program, examples: Sequence[Example], limits: PictureLimits = _LIMITS) -> Lesson:
    """What the program compares with; the first picture is the reference.

    Raises:
        TeachingRefused: a picture that is none, of another size, dark, or in which the part is not found; too few.
    """
    if not examples:
        raise TeachingRefused("no good picture to learn from")
    frames = [_frame(example, program, limits) for example in examples]
    reference = frames[0]
    locate = _locator(program, reference, examples[0])
    poses = [unmoved(), *(_pose(locate, f, e) for f, e in zip(frames[1:], examples[1:], strict=True))]
    aligned = [_aligned(frame, pose) for frame, pose in zip(frames, poses, strict=True)]
    levels = relit_levels(aligned, reference, poses)
    low, high = bounds(levels)
    models: dict[str, Model] = {}
    found: dict[str, float] = {}
    for step in program.step:
        if isinstance(step, Anomaly):
            models[step.id], found[step.id] = _anomaly(step, aligned, reference, examples[0].file)
    taught = Taught(
        reference=reference,
        low=low,
        high=high,
        colours={step.id: _colour(step, aligned) for step in program.step if isinstance(step, Colour)},
        models=models,
        limits=found,
    )
    return Lesson(taught, tuple(_doubts(program, taught, aligned, levels, [example.file for example in examples])))


def _doubts(
    program: Program, taught: Taught, aligned: Sequence[Frame], levels: Sequence[Grey], files: Sequence[str]
) -> Iterator[Doubt]:
    """One bad part among the good ones would hide its defect for ever: each is compared with the others alone."""
    steps = [step for step in program.step if isinstance(step, Differing)]
    for number, (frame, file) in enumerate(zip(aligned, files, strict=True)):
        if not steps or len(files) < FEWEST_TO_DOUBT:
            return
        low, high = bounds([*levels[:number], *levels[number + 1 :]])
        others = msgspec.structs.replace(taught, low=low, high=high)
        scene = Scene(frame=frame, pose=unmoved(), taught=others, metric=Metric(None), circles={})
        for step in steps:
            area = difference(step, scene).value or 0.0
            if area > step.usl:
                yield Doubt(file, step.id, area)


def _frame(example: Example, program: Program, limits: PictureLimits) -> Frame:
    try:
        frame = load_frame(example.data, limits, program.picture.bits)
    except PictureRefused as refusal:
        raise TeachingRefused(str(refusal), where=example.file) from None
    height, width = frame.grey.shape
    if (width, height) != (program.picture.width, program.picture.height):
        what = f"has {width} x {height} pixels; the program is for {program.picture.width} x {program.picture.height}"
        raise TeachingRefused(what, where=example.file)
    if float(frame.grey.std()) < DARK:
        raise TeachingRefused("shows nothing: no contrast", where=example.file)
    return frame


def _locator(program: Program, reference: Frame, example: Example) -> Locator:
    try:
        locate = locator_of(program.locate, reference)
        locate(reference)
    except StepUndecided as refused:
        advice = "choose a reference that shows what the part is located by, or change [locate]"
        raise TeachingRefused(refused.detail, where=example.file, advice=advice) from None
    return locate


def _pose(locate: Locator, frame: Frame, example: Example) -> Pose:
    try:
        return locate(frame).pose
    except StepUndecided as refused:
        advice = "leave the picture out if the part is not good or not in sight"
        raise TeachingRefused(refused.detail, where=example.file, advice=advice) from None


def _aligned(frame: Frame, pose: Pose) -> Frame:
    height, width = frame.grey.shape
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    turned = cv2.warpAffine(frame.colour, pose, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return frame_of(np.asarray(turned, np.uint8))


def relit_levels(aligned: Sequence[Frame], reference: Frame, poses: Sequence[Pose]) -> list[Grey]:
    """Grey levels of all pictures in the reference's light; where one saw nothing, those of the reference."""
    golden = reference.grey.astype(np.float32)
    height, width = golden.shape
    found = [reference.grey]
    for frame, pose in zip(aligned[1:], poses[1:], strict=True):
        levels = np.clip(np.rint(relit(frame.grey.astype(np.float32), golden)), 0, 255).astype(np.uint8)
        whole = np.full((height, width), 255, np.uint8)
        seen = cv2.warpAffine(whole, pose, (width, height), flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP) > 0
        found.append(np.where(seen, levels, reference.grey))
    return found


def bounds(levels: Sequence[Grey]) -> tuple[Grey, Grey]:
    """Darkest and brightest level of each pixel."""
    return reduce(np.minimum, levels), reduce(np.maximum, levels)


def _colour(step: Colour, aligned: Sequence[Frame]) -> Lab:
    """Mean of the pictures' colours; with a white patch the reference's, to which others are compared by it."""
    if step.white is not None:
        return lab_of(patch(aligned[0].colour, step.region))
    labs = np.array([lab_of(patch(frame.colour, step.region)) for frame in aligned]).mean(axis=0)
    return float(labs[0]), float(labs[1]), float(labs[2])


def _anomaly(step: Anomaly, aligned: Sequence[Frame], reference: Frame, file: str) -> tuple[Model, float]:
    if len(aligned) < FEWEST_FOR_ANOMALY:
        what = f'step "{step.id}" needs {FEWEST_FOR_ANOMALY} good pictures or more, there are {len(aligned)}'
        raise TeachingRefused(what, where=file)
    regions = [frame_of(np.ascontiguousarray(patch(frame.colour, step.region))) for frame in aligned]
    try:
        return learn(step, regions, patch(reference.grey, step.region))
    except StepUndecided as refused:
        raise TeachingRefused(f'step "{step.id}": {refused.detail}') from None
