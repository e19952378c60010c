"""Colour differences as eyes see them: CIELAB (D65) and CIEDE2000 (CIE 142:2001; ISO/CIE 11664-6)."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.inspect.program import Colour
from vision.inspect.result import Finding, StepUndecided, Why
from vision.inspect.scene import Scene, patch
from vision.inspect.taught import Lab

_FAR = 25.0**7
DARKEST = 12.0
"""Mean grey level of the white patch below which there is no light to see colours by."""
SOUND = (4, 250)
"""A channel outside of these is cut off: its colour is not what the camera says."""


def colour(step: Colour, scene: Scene) -> Finding:
    """ΔE00 of the region's mean colour to the taught one."""
    seen = scene.colour(step.region)
    white = None if step.white is None else _gain(scene, step)
    found, taught = lab_of(seen, white), scene.taught.colours[step.id]
    value = delta_e(found, taught)
    words = f"L*a*b* {_words(found)}, taught {_words(taught)}"
    cut_off = float(((seen < SOUND[0]) | (seen > SOUND[1])).mean())
    if cut_off > 0.5:
        words += f"; {cut_off:.0%} of the pixels are under- or overexposed"
    return Finding(value=value, marks=(scene.mark(step.region),), detail=words)


def lab_of(pixels: NDArray[np.uint8], gain: NDArray[np.float64] | None = None) -> Lab:
    """Mean colour of pixels (blue, green, red of sRGB, IEC 61966-2-1), each channel's light multiplied by ``gain``."""
    light = _linear(pixels.reshape(-1, 3).astype(np.float64) / 255.0).mean(axis=0)
    mean = np.clip(light if gain is None else light * gain, 0.0, 1.0)
    standard = np.where(mean <= 0.0031308, 12.92 * mean, 1.055 * mean ** (1 / 2.4) - 0.055)
    found = cv2.cvtColor(standard.reshape(1, 1, 3).astype(np.float32), cv2.COLOR_BGR2Lab)
    lightness, a, b = (float(part) for part in found.ravel())
    return lightness, a, b


def _linear(channels: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def _gain(scene: Scene, step: Colour) -> NDArray[np.float64]:
    """Light of the taught white patch over that of this one, by channel."""
    assert step.white is not None
    now, then = scene.colour(step.white), patch(scene.taught.reference.colour, step.white)
    if float(now.mean()) < DARKEST:
        raise StepUndecided(Why.BLANK, "the white patch is dark")
    lights = [_linear(part.reshape(-1, 3).astype(np.float64) / 255.0).mean(axis=0) for part in (then, now)]
    gain: NDArray[np.float64] = lights[0] / np.maximum(lights[1], 1e-4)
    return gain


def _words(lab: Lab) -> str:
    return " ".join(f"{part:.1f}" for part in lab)


def delta_e(one: Lab, other: Lab) -> float:
    """CIEDE2000, as in G. Sharma, W. Wu, E. Dalal, Color Research and Application 30 (2005) 21 (whose data test it)."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    chroma = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(chroma**7 / (chroma**7 + _FAR)))
    c1, c2 = math.hypot((1 + g) * a1, b1), math.hypot((1 + g) * a2, b2)
    h1, h2 = _hue((1 + g) * a1, b1), _hue((1 + g) * a2, b2)
    turn, mean_hue = _between(h1, h2, c1 * c2 == 0)
    lightness, c = (l1 + l2) / 2, (c1 + c2) / 2
    t = (
        1
        - 0.17 * _cos(mean_hue - 30)
        + 0.24 * _cos(2 * mean_hue)
        + 0.32 * _cos(3 * mean_hue + 6)
        - 0.20 * _cos(4 * mean_hue - 63)
    )
    s_l = 1 + 0.015 * (lightness - 50) ** 2 / math.sqrt(20 + (lightness - 50) ** 2)
    s_c, s_h = 1 + 0.045 * c, 1 + 0.015 * c * t
    bend = 30 * math.exp(-(((mean_hue - 275) / 25) ** 2))
    r = -2 * math.sqrt(c**7 / (c**7 + _FAR)) * math.sin(math.radians(2 * bend))
    dl, dc = (l2 - l1) / s_l, (c2 - c1) / s_c
    dh = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2)) / s_h
    return math.sqrt(max(0.0, dl * dl + dc * dc + dh * dh + r * dc * dh))


def _hue(a: float, b: float) -> float:
    return math.degrees(math.atan2(b, a)) % 360 if a or b else 0.0


def _between(h1: float, h2: float, grey: bool) -> tuple[float, float]:
    """Difference and mean of two hues, the short way round (equations 10 and 14)."""
    if grey:
        return 0.0, h1 + h2
    turn = h2 - h1
    if abs(turn) <= 180:
        return turn, (h1 + h2) / 2
    mean = (h1 + h2 + 360) / 2 if h1 + h2 < 360 else (h1 + h2 - 360) / 2
    return turn - math.copysign(360, turn), mean


def _cos(degrees: float) -> float:
    return math.cos(math.radians(degrees))
