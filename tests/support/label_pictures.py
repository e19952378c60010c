"""Pictures of codes with known truth, each spoiled in one way and to a graded degree.

`label_picture` prints a code of one symbology, lays it on a ground and spoils it: the truth is what was printed. The
degree runs from 0 (hardly at all) to 1 (nobody may be expected to read it). All chance comes from the generator
passed in, so that a seed gives the same picture again.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

GS1_TEXT = "(01)09521234543213(21)A1-7(10)L42"

CONTENTS = {
    "QRCode": "https://id.example.com/01/09521234543213/21/{0:06d}",
    "MicroQRCode": "{0:05d}",
    "RMQRCode": "A-{0:06d}",
    "DataMatrix": "MM:{0:06d}-X",
    "Aztec": "AZ {0:06d} lot",
    "PDF417": "PDF-{0:06d}",
    "Code128": "SN-{0:06d}",
    "Code39": "S{0:06d}",
    "Code93": "S-{0:06d}",
    "ITF": "1{0:012d}",
    "EAN13": "400{0:09d}",
    "EAN8": "4{0:06d}",
    "UPCA": "0{0:010d}",
    "DataBarOmni": "0{0:012d}",
    "DataBarExp": "(01)09521234543213(21){0:06d}",
}
"""A content of every symbology; ``{0}`` is a number. Check digits are added where they belong."""

MATRIX = frozenset({"QRCode", "MicroQRCode", "RMQRCode", "DataMatrix", "Aztec"})


class Spoil(StrEnum):
    """The ways a picture is spoiled."""

    BLUR = "blur"
    NOISE = "noise"
    ROTATION = "rotation"
    PERSPECTIVE = "perspective"
    LOW_CONTRAST = "low contrast"
    OCCLUSION = "occlusion"
    GLARE = "glare"
    DAMAGE = "module damage"
    SMALL = "few pixels"
    DOT_PEEN = "dot peen"
    INVERTED = "inverted"


class LabelPicture(NamedTuple):
    """A picture and what is printed in it (exact bytes)."""

    picture: Grey
    truth: bytes


def content_of(symbology: str, number: int) -> str:
    """What the ``number``-th label of a symbology says, with its check digit."""
    text = CONTENTS[symbology].format(number)
    if symbology in {"ITF", "EAN13", "EAN8", "UPCA", "DataBarOmni"}:
        weights = [3 if (len(text) - place) % 2 else 1 for place in range(len(text))]
        text += str(-sum(int(digit) * weight for digit, weight in zip(text, weights, strict=True)) % 10)
    return text


def label_picture(
    symbology: str, number: int, spoil: Spoil | None, degree: float, chance: np.random.Generator, *, module: int = 5
) -> LabelPicture:
    """A label spoiled in one way (or none); ``module`` is the width of a module in pixels before it is spoiled."""
    text = content_of(symbology, number)
    options = {"gs1": True} if symbology == "DataBarExp" else {}
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat[symbology], **options)
    truth = zxingcpp.read_barcode(np.array(barcode.to_image(scale=4)), is_pure=False).bytes
    printed = np.array(barcode.to_image(scale=1), np.uint8)
    if spoil is Spoil.DAMAGE:
        printed = _damaged(printed, degree, chance, linear=symbology not in MATRIX)
    if spoil is Spoil.DOT_PEEN:
        return LabelPicture(_shot(_peened(printed, module, degree, chance), 0.15 * module, 3.0, chance), truth)
    ground = float(chance.uniform(205, 240))
    label = np.where(printed > 127, ground, chance.uniform(25, 50)).astype(np.float32)
    label = np.repeat(np.repeat(label, module, 0), module, 1)
    margin = 8 * module
    card = cv2.copyMakeBorder(label, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=(ground,))
    return LabelPicture(_SPOILERS[spoil](card, module, degree, chance), truth)


def _shot(scene: NDArray[np.float32], blur: float, noise: float, chance: np.random.Generator) -> Grey:
    """What the sensor makes of the scene: lens blur (sigma, pixels), noise (standard deviation, grey levels)."""
    soft = cv2.GaussianBlur(scene, (0, 0), blur) if blur > 0.05 else scene
    return np.clip(soft + chance.normal(0, noise, scene.shape), 0, 255).astype(np.uint8)


def _usual(scene: NDArray[np.float32], module: int, chance: np.random.Generator) -> Grey:
    """A good station."""
    return _shot(scene, 0.12 * module, 3.0, chance)


def _plain(card: NDArray[np.float32], module: int, _degree: float, chance: np.random.Generator) -> Grey:
    return _usual(card, module, chance)


def _blurred(card: NDArray[np.float32], module: int, degree: float, chance: np.random.Generator) -> Grey:
    return _shot(card, (0.1 + 0.9 * degree) * module, 2.0, chance)


def _noisy(card: NDArray[np.float32], module: int, degree: float, chance: np.random.Generator) -> Grey:
    return _shot(card, 0.12 * module, 5 + 115 * degree, chance)


def _turned(card: NDArray[np.float32], module: int, degree: float, chance: np.random.Generator) -> Grey:
    return _usual(_warped(_turn(card.shape, 180 * degree + chance.uniform(-3, 3)), card), module, chance)


def _seen_aslant(card: NDArray[np.float32], module: int, degree: float, chance: np.random.Generator) -> Grey:
    """A quarter of a right angle aslant, and the far edge shorter."""
    height, width = card.shape
    near, far = np.array([0, height]), 0.45 * degree
    seen = np.array([[far * width / 2, 0], [width * (1 - far / 2), 0], [width, height], [0, near[1]]], np.float32)
    seen[:, 1] *= 1 - 0.35 * degree
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    tilt = np.vstack([_turn(card.shape, chance.uniform(-12, 12)), [0, 0, 1]])
    return _usual(_warped(tilt @ cv2.getPerspectiveTransform(corners, seen), card), module, chance)


def _faint(card: NDArray[np.float32], module: int, degree: float, chance: np.random.Generator) -> Grey:
    """Contrast goes down to 4 grey levels over noise of 2, on a ground that is lit unevenly."""
    height, width = card.shape
    light = cv2.resize(chance.normal(0, 10, (3, 3)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return _shot((card - 130) * (1 - 0.98 * degree) + 130 + light, 0.12 * module, 2.0, chance)


def _hidden(card: NDArray[np.float32], module: int, degree: float, chance: np.random.Generator) -> Grey:
    """A strip of dirt over up to a third of the code."""
    height, width = card.shape
    inner, strip = 8 * module, card.copy()
    size = max(1, round(0.35 * degree * (height - 2 * inner)))
    top = int(chance.integers(inner, max(inner + 1, height - inner - size)))
    strip[top : top + size, inner + (width - 2 * inner) // 3 :] = chance.uniform(60, 160)
    return _usual(strip, module, chance)


def _glaring(card: NDArray[np.float32], module: int, degree: float, chance: np.random.Generator) -> Grey:
    """A lamp's reflection that burns out part of the code."""
    height, width = card.shape
    x, y = chance.uniform(0.3, 0.7, 2) * (width, height)
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    reach = 0.05 + 0.22 * degree
    spot = np.exp(-(((columns - x) / (reach * width)) ** 2 + ((rows - y) / (reach * height)) ** 2))
    return _usual(card * 0.75 + 480 * degree * spot.astype(np.float32), module, chance)


def _few_pixels(card: NDArray[np.float32], module: int, degree: float, chance: np.random.Generator) -> Grey:
    """From 4 pixels down to 1 pixel a module, at any phase and a few degrees aslant."""
    scale = (4.0 - 3.0 * degree) / module
    soft = _warped(_turn(card.shape, chance.uniform(-4, 4)), card)
    small = cv2.resize(soft, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return _shot(small, 0.35, 2.0, chance)


def _negative(card: NDArray[np.float32], module: int, degree: float, chance: np.random.Generator) -> Grey:
    """Light on dark, turned, and with fading contrast."""
    return _turned(255 - ((card - 130) * (1 - 0.7 * degree) + 130), module, degree, chance)


def _damaged(printed: Grey, degree: float, chance: np.random.Generator, *, linear: bool) -> Grey:
    """Up to an eighth of the modules are the other way round (of a linear code: on half of its rows)."""
    flip = chance.random(printed.shape) < 0.12 * degree
    if linear:
        flip &= chance.random((printed.shape[0], 1)) < 0.5 + 0.5 * degree
    return np.where(flip, 255 - printed, printed).astype(np.uint8)


def _peened(printed: Grey, module: int, degree: float, chance: np.random.Generator) -> NDArray[np.float32]:
    """Dots, each within its module and nothing between them, on machined metal; bright or dark.

    The degree makes dots smaller (0.95 to 0.55 modules), displaced and of uneven depth.
    """
    pitch = module * 2
    rows, columns = np.nonzero(printed < 128)
    height, width = (printed.shape[0] + 8) * pitch, (printed.shape[1] + 8) * pitch
    streaks = chance.normal(120, 7, (height, 1)).astype(np.float32)
    scene = np.repeat(cv2.GaussianBlur(streaks, (1, 5), 0), width, axis=1) + chance.normal(0, 4, (height, width))
    bright = bool(chance.random() < 0.5)
    dots = np.zeros((height, width), np.float32)
    for row, column in zip(rows, columns, strict=True):
        shift = chance.normal(0, 0.06 * degree * pitch, 2)
        centre = ((column + 4.5) * pitch + shift[0], (row + 4.5) * pitch + shift[1])
        radius = pitch * (0.475 - 0.2 * degree) * chance.uniform(0.9, 1.0)
        depth = chance.uniform(1 - 0.5 * degree, 1)
        place = (round(centre[0] * 16), round(centre[1] * 16))
        cv2.circle(dots, place, round(radius * 16), (float(depth),), -1, cv2.LINE_AA, 4)
    scene = scene.astype(np.float32) + dots * (95 if bright else -85)
    return _warped(_turn(scene.shape, chance.uniform(-180, 180)), scene)


def _turn(shape: tuple[int, ...], degrees: float) -> NDArray[np.float64]:
    """About the centre of a picture of this shape."""
    return np.asarray(cv2.getRotationMatrix2D((shape[1] / 2, shape[0] / 2), float(degrees), 1.0))


def _warped(matrix: NDArray[np.float64], scene: NDArray[np.float32]) -> NDArray[np.float32]:
    """Moved on to a ground that is large enough for all of it."""
    height, width = scene.shape
    full = np.vstack([matrix, [0, 0, 1]]) if matrix.shape[0] == 2 else matrix
    corners = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float64)
    seen = cv2.perspectiveTransform(corners, full)[0]
    low, high = np.floor(seen.min(axis=0)), np.ceil(seen.max(axis=0))
    shift = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]])
    ground = float(np.median(np.concatenate([scene[0], scene[-1]])))
    size = (int(high[0] - low[0]), int(high[1] - low[1]))
    return np.asarray(cv2.warpPerspective(scene, shift @ full, size, borderValue=(ground,)), np.float32)


_SPOILERS: dict[Spoil | None, Callable[[NDArray[np.float32], int, float, np.random.Generator], Grey]] = {
    None: _plain,
    Spoil.DAMAGE: _plain,
    Spoil.BLUR: _blurred,
    Spoil.NOISE: _noisy,
    Spoil.ROTATION: _turned,
    Spoil.PERSPECTIVE: _seen_aslant,
    Spoil.LOW_CONTRAST: _faint,
    Spoil.OCCLUSION: _hidden,
    Spoil.GLARE: _glaring,
    Spoil.SMALL: _few_pixels,
    Spoil.INVERTED: _negative,
}
