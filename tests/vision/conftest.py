"""Printed symbols as real pictures; nothing stands in for a reader."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray

Grey = NDArray[np.uint8]


def _printed(content: str | bytes, symbology: str, *, scale: int = 4, margin: int = 24, **options: object) -> Grey:
    """A symbol with its quiet zone on white; ``symbology`` as zxing-cpp names it."""
    barcode = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat[symbology], **options)
    symbol = np.array(barcode.to_image(scale=scale), np.uint8)
    return cv2.copyMakeBorder(symbol, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=(255,))


def _tilted(picture: Grey, degrees: float) -> Grey:
    height, width = picture.shape
    side = int(np.hypot(height, width)) + 2
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    matrix[:, 2] += ((side - width) / 2, (side - height) / 2)
    return cv2.warpAffine(picture, matrix, (side, side), borderValue=(255,))


def _encoded(picture: NDArray[np.generic], suffix: str = ".png") -> bytes:
    done, data = cv2.imencode(suffix, picture)
    assert done
    return data.tobytes()


@pytest.fixture
def printed() -> Callable[..., Grey]:
    return _printed


@pytest.fixture
def tilted() -> Callable[[Grey, float], Grey]:
    return _tilted


@pytest.fixture
def encoded() -> Callable[..., bytes]:
    return _encoded
