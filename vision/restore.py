"""Variants that give back what the camera or the marking took: sharpness, contrast, the body of a dotted code.

Blur takes the small modules first. Unsharp masking gives back what about half a module of blur took, Wiener's filter
(the least squares inverse of a Gaussian blur, N. Wiener 1949) some more where there is little noise, and doubling
first helps where a module has one or two pixels only.

A dot-peened code has no modules that touch: a reader sees grains. Shrunk until a dot has two to four pixels and
blurred by as much, the grains flow together; where dots are small, they are first grown (grey dilation for bright
dots, erosion for dark ones). The dots' size is not known beforehand, so the sizes are tried in turn, cheapest first.
"""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.picture import Grey
from vision.variant import Variant, enlarged, original, shrunk

CLAHE_CLIP = 3.0
CLAHE_TILES = (8, 8)
WIENER_NOISE = 0.003
"""Power of the noise over that of the picture."""

DOT_DIVISORS = (5.6, 4.0, 2.8, 2.0, 1.4, 1.0)
DOT_BLUR = 1.4
GROWN_BLUR = 1.2
DOT = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
LARGE_DOT = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))


def unsharp(picture: Grey, sigma: float, amount: float) -> Grey:
    """Edges raised by ``amount`` times what a blur of ``sigma`` pixels takes."""
    soft = cv2.GaussianBlur(picture, (0, 0), sigma)
    return np.asarray(cv2.addWeighted(picture, 1 + amount, soft, -amount, 0), np.uint8)


def sharpened(picture: Grey) -> Variant:
    """Edges raised much."""
    return original(unsharp(picture, 2.0, 4.0))


def doubled(picture: Grey) -> Variant:
    """Twice the size (cubic), edges raised."""
    large = enlarged(picture, 2)
    return Variant(unsharp(large.picture, 2.0, 1.5), large.back)


def doubled_crisp(picture: Grey) -> Variant:
    """Twice the size, edges raised much and over twice the width."""
    large = enlarged(picture, 2)
    return Variant(unsharp(large.picture, 4.0, 4.0), large.back)


def evened(picture: Grey) -> Variant:
    """Local contrast raised, light evened out."""
    return original(np.asarray(cv2.createCLAHE(CLAHE_CLIP, CLAHE_TILES).apply(picture), np.uint8))


def deblurred(sigma: float) -> Callable[[Grey], Variant]:
    """What undoes a Gaussian blur of ``sigma`` pixels."""

    def restore(picture: Grey) -> Variant:
        return original(_wiener(picture, sigma))

    return restore


def dots_joined(divisor: float) -> Callable[[Grey], Variant]:
    """What makes one body of dots that are some two to four ``divisor`` pixels apart."""

    def restore(picture: Grey) -> Variant:
        small = shrunk(picture, divisor)
        return Variant(np.asarray(cv2.GaussianBlur(small.picture, (0, 0), DOT_BLUR), np.uint8), small.back)

    return restore


def dots_grown(divisor: float, *, bright: bool) -> Callable[[Grey], Variant]:
    """The same for small dots, ``bright`` or dark ones."""

    def restore(picture: Grey) -> Variant:
        small = shrunk(picture, divisor)
        grown = cv2.dilate(small.picture, DOT) if bright else cv2.erode(small.picture, LARGE_DOT)
        return Variant(np.asarray(cv2.GaussianBlur(grown, (0, 0), GROWN_BLUR), np.uint8), small.back)

    return restore


def _wiener(picture: Grey, sigma: float) -> Grey:
    height, width = picture.shape
    edge = int(4 * sigma)
    rows, columns = cv2.getOptimalDFTSize(height + edge), cv2.getOptimalDFTSize(width + edge)
    wide = cv2.copyMakeBorder(
        picture.astype(np.float32), 0, rows - height, 0, columns - width, cv2.BORDER_REFLECT_101
    )  # a hard edge would ring through the whole picture
    spectrum = np.fft.rfft2(wide)
    down = _blur_spectrum(np.fft.fftfreq(rows), sigma)[:, None]
    across = _blur_spectrum(np.fft.rfftfreq(columns), sigma)[None]
    blur = down * across
    restored = np.fft.irfft2(spectrum * (blur / (blur * blur + WIENER_NOISE)), (rows, columns))[:height, :width]
    return np.asarray(np.clip(restored, 0, 255), np.uint8)


def _blur_spectrum(frequency: NDArray[np.floating[Any]], sigma: float) -> NDArray[np.float32]:
    """The Fourier transform of a Gaussian of ``sigma`` pixels at frequencies per pixel."""
    return np.asarray(np.exp(-2 * (np.pi * sigma * frequency) ** 2), np.float32)
