"""Label pictures with known truth, as a station's camera would take them.

A label is printed (code and caption), laid on a machined surface, turned and seen at an angle, lit unevenly, blurred
and given the sensor's noise. All chance comes from the generator passed in, so a seed gives the same picture again.
"""

import math
import os
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

import cv2
import msgspec
import numpy as np
import zxingcpp
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

SIDE = 400
"""Pixels of the square that one label gets in a picture."""

DEMO_DIFFICULTY = 0.6

CODE_SIDE = 190
CARD_MARGIN = 16
CAPTION_HEIGHT = 18
PRINT = 255
MOTION_MODULES = 10
"""Motion over so many modules wipes out what error correction could restore."""


class LabelKind(StrEnum):
    """How the content is encoded."""

    GS1_DATA_MATRIX = "gs1-datamatrix"
    GS1_QR = "gs1-qr"
    QR = "qr"


class LabelContent(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on a label.

    ``payload`` is, for the GS1 kinds, an element string with its AIs in parentheses such as
    ``(01)09521234543213(21)A1``; for QR any text, such as a GS1 Digital Link URI. ``raw`` is what a reader must find.
    """

    kind: LabelKind
    payload: str
    raw: bytes
    caption: tuple[str, ...] = ()


def gs1_label(
    elements: Sequence[tuple[str, str, bool]],
    kind: LabelKind = LabelKind.GS1_DATA_MATRIX,
    caption: Sequence[str] = (),
) -> LabelContent:
    """A GS1 label of ``(AI, value, whether its length is predefined)`` in the order given.

    FNC1 (0x1D) ends each element whose length is not predefined, save the last (GS1 General Specifications 7.8.5).
    """
    raw = "".join(f"{ai}{value}" + ("" if predefined else "\x1d") for ai, value, predefined in elements)
    return LabelContent(
        kind=kind,
        payload="".join(f"({ai}){value}" for ai, value, _ in elements),
        raw=raw.removesuffix("\x1d").encode("ascii"),
        caption=tuple(caption) or tuple(f"({ai}) {value}" for ai, value, _ in elements),
    )


def qr_label(text: str, caption: Sequence[str] = ()) -> LabelContent:
    """A plain QR label, for instance of a GS1 Digital Link URI."""
    return LabelContent(kind=LabelKind.QR, payload=text, raw=text.encode("utf-8"), caption=tuple(caption))


def render(content: LabelContent, rng: np.random.Generator, difficulty: float, *, ruined: bool = False) -> Grey:
    """One label in a picture of `SIDE` by `SIDE` pixels; see `render_many`."""
    return render_many([content], rng, difficulty, ruined=ruined)


def render_many(
    contents: Sequence[LabelContent], rng: np.random.Generator, difficulty: float, *, ruined: bool = False
) -> Grey:
    """A picture of all these labels, on a grid.

    ``difficulty`` 0 is a good station; up to `DEMO_DIFFICULTY` every label can be read, at 1 not every one.
    ``ruined``: the part moved while the shutter was open, and nothing in the picture can be read.
    """
    if not contents or not 0 <= difficulty <= 1:
        what = f"{len(contents)} labels at difficulty {difficulty}; give at least one, and 0 to 1"
        raise ValueError(what)
    columns = math.ceil(math.sqrt(len(contents)))
    rows = math.ceil(len(contents) / columns)
    scene = _surface(rows * SIDE, columns * SIDE, rng)
    modules = []
    for index, content in enumerate(contents):
        card, module = _card(content)
        modules.append(module)
        row, column = divmod(index, columns)
        centre = (column * SIDE + SIDE / 2, row * SIDE + SIDE / 2)
        _lay(scene, card, centre, rng, difficulty)
    if ruined:
        scene = _smear(scene, max(modules) * MOTION_MODULES, rng)
    return _photograph(scene, min(modules), rng, difficulty)


def write_png(path: Path, picture: Grey) -> None:
    """Writes the file under a temporary name and renames it, so that a watcher never sees half of it.

    Raises:
        OSError: the folder is missing, full or not writable.
    """
    done, data = cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    if not done:
        what = f"{path}: a picture of shape {picture.shape} cannot be written as PNG"
        raise ValueError(what)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        partial.write_bytes(data.tobytes())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _code(content: LabelContent) -> tuple[Grey, int]:
    """The printed code with its quiet zone, and the pixels of one module."""
    native = {
        LabelKind.GS1_DATA_MATRIX: zxingcpp.BarcodeFormat.DataMatrix,
        LabelKind.GS1_QR: zxingcpp.BarcodeFormat.QRCode,
        LabelKind.QR: zxingcpp.BarcodeFormat.QRCode,
    }[content.kind]
    gs1 = {} if content.kind is LabelKind.QR else {"gs1": True}
    # A square in the case of Data Matrix: the long shapes are no use on a round part.
    barcode = zxingcpp.create_barcode(content.payload, native, **gs1)
    side = max(np.array(barcode.to_image(scale=1)).shape)
    module = max(3, CODE_SIDE // side)
    return np.array(barcode.to_image(scale=module), np.uint8), module


def _card(content: LabelContent) -> tuple[Grey, int]:
    code, module = _code(content)
    height = code.shape[0] + 2 * CARD_MARGIN + CAPTION_HEIGHT * len(content.caption)
    width = code.shape[1] + 2 * CARD_MARGIN
    card = np.full((height, width), PRINT, np.uint8)
    left = (width - code.shape[1]) // 2
    card[CARD_MARGIN : CARD_MARGIN + code.shape[0], left : left + code.shape[1]] = code
    font = cv2.FontFace("uni")
    for number, line in enumerate(content.caption):
        baseline = CARD_MARGIN + code.shape[0] + CAPTION_HEIGHT * (number + 1) - 4
        cv2.putText(card, line, (CARD_MARGIN, baseline), (0,), font, 13)
    return card, module


def _surface(height: int, width: int, rng: np.random.Generator) -> Grey:
    """Machined metal: streaks along one direction."""
    streaks = rng.normal(120, 9, (height, 1)).astype(np.float32)
    coarse = rng.normal(0, 10, (6, 6)).astype(np.float32)
    cloud = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(cloud + streaks, 0, 255), np.uint8)


def _lay(scene: Grey, card: Grey, centre: tuple[float, float], rng: np.random.Generator, difficulty: float) -> None:
    """Lays a card on the scene, turned about its centre and seen at an angle."""
    height, width = card.shape
    angle = math.radians(rng.uniform(-180, 180))
    reach = SIDE * 0.94 / (math.hypot(height, width))
    scale = min(1.0, reach) * rng.uniform(1 - 0.15 * difficulty, 1.0)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    seen = (corners - (width / 2, height / 2)) @ turn.T * scale
    seen += rng.uniform(-0.05, 0.05, (4, 2)) * difficulty * min(height, width)
    seen += centre
    matrix = cv2.getPerspectiveTransform(corners, seen.astype(np.float32))
    size = (scene.shape[1], scene.shape[0])
    cv2.warpPerspective(card, matrix, size, dst=scene, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT)


def _smear(scene: Grey, length: int, rng: np.random.Generator) -> Grey:
    """Motion by ``length`` pixels, there and across (a part that shook)."""
    size = length | 1
    kernel = np.zeros((size, size), np.float32)
    tip = np.array([math.cos(angle := rng.uniform(0, math.pi)), math.sin(angle)]) * size / 2
    middle = np.array([size / 2, size / 2])
    for direction in (tip, np.array([-tip[1], tip[0]])):
        first, last = (middle - direction).astype(int), (middle + direction).astype(int)
        cv2.line(kernel, (int(first[0]), int(first[1])), (int(last[0]), int(last[1])), (1.0,))
    return np.asarray(cv2.filter2D(scene, -1, kernel / kernel.sum()), np.uint8)


def _photograph(scene: Grey, module: int, rng: np.random.Generator, difficulty: float) -> Grey:
    """Light that falls off to one side, lens blur in parts of a module, contrast, sensor noise."""
    height, width = scene.shape
    fall = rng.uniform(-0.35, 0.35, 2).astype(np.float32) * np.float32(difficulty)
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :] * fall[0]
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None] * fall[1]
    blur = module * (0.08 + 0.32 * difficulty * rng.uniform(0.5, 1.0))
    soft = cv2.GaussianBlur(scene, (0, 0), blur).astype(np.float32)
    gain = np.float32(rng.uniform(0.9, 1.0) - 0.35 * difficulty)
    noise = rng.standard_normal((height, width), dtype=np.float32) * np.float32(1.5 + 6.5 * difficulty)
    lit = (soft * gain + 20) * (across + down + 1) + noise
    return np.asarray(np.clip(lit, 0, 255), np.uint8)
