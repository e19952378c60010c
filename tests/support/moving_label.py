"""What a hand-held camera sees of a label, as a file that Chromium takes for its camera."""

from pathlib import Path

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

WIDTH, HEIGHT, FRAMES = 640, 480, 24
ARRIVED = 12
"""From this frame on the label is in the picture and the hand only trembles."""
Picture = NDArray[np.uint8]


def moving_label(path: Path, text: str, kind: str, *, seed: int = 7) -> Path:
    """Motion JPEG: a label comes in from the left, turned and blurred by its motion, then held."""
    chance = np.random.default_rng(seed)
    label = _label(text, kind)
    with path.open("wb") as file:
        for at in range(FRAMES):
            written, jpeg = cv2.imencode(".jpg", _seen(label, at, chance), [cv2.IMWRITE_JPEG_QUALITY, 85])
            assert written
            file.write(jpeg.tobytes())
    return path


def _label(text: str, kind: str) -> Picture:
    form = getattr(zxingcpp.BarcodeFormat, kind)
    code = zxingcpp.create_barcode(text, form, gs1=text.startswith("("))
    printed = np.array(code.to_image(scale=max(1, 220 // code.to_image(scale=1).shape[0])))
    bordered: Picture = cv2.copyMakeBorder(printed, 30, 60, 30, 30, cv2.BORDER_CONSTANT, value=240).astype(np.uint8)
    return bordered


def _seen(label: Picture, at: int, chance: np.random.Generator) -> Picture:
    left = 1.0 - min(at, ARRIVED) / ARRIVED  # 1 outside, 0 in the middle
    centre = (WIDTH / 2 - left * WIDTH * 0.8 + chance.normal(0, 2), HEIGHT / 2 + chance.normal(0, 2))
    turn = cv2.getRotationMatrix2D((label.shape[1] / 2, label.shape[0] / 2), 9.0 + 14.0 * left, 1.0)
    turn[:, 2] += np.array(centre) - np.array([label.shape[1] / 2, label.shape[0] / 2])
    scene = cv2.warpAffine(label, turn, (WIDTH, HEIGHT), borderMode=cv2.BORDER_CONSTANT, borderValue=(118,))
    smear = 1 + int(24 * left)
    blurred = cv2.GaussianBlur(cv2.blur(scene, (smear, 1)), (0, 0), 1.1)
    noisy = blurred.astype(np.float64) + chance.normal(0, 4, blurred.shape)
    return cv2.cvtColor(np.clip(noisy, 0, 255).astype(np.uint8), cv2.COLOR_GRAY2BGR).astype(np.uint8)
