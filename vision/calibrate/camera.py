"""What a calibration knows: lens, measuring plane, and how well it knows them.

A pixel is freed of the lens's distortion (K, D of the pinhole model with Brown's radial and tangential terms) and
then mapped to the plane by a homography. Points are mapped, never whole pictures: nothing is resampled.
"""

from pathlib import Path
from typing import Annotated, Literal

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from vision.errors import CalibrationRefused

_TERMS = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 40, 1e-10)
Row = tuple[float, float, float]
Matrix = tuple[Row, Row, Row]


class BoardPicture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture that went in, by name and hash; ``rms_px`` is its reprojection error."""

    file: str
    sha256: str
    rms_px: float


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """Inner corners across and down, the square's side, and half the range in which the whole board's length lies."""

    columns: Annotated[int, msgspec.Meta(ge=3, le=100)]
    rows: Annotated[int, msgspec.Meta(ge=3, le=100)]
    square_mm: Annotated[float, msgspec.Meta(gt=0, le=1000)]
    tolerance_mm: Annotated[float, msgspec.Meta(ge=0, le=10)] = 0.0


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """A calibrated camera.

    ``plane`` maps undistorted pixels to mm. ``rms_px`` is the reprojection error over all pictures, ``rms_mm`` that of
    the corners in the measuring plane, ``u_place_mm`` the standard uncertainty of a place in it (without a lens model
    residuals are no noise, and the largest of them counts), ``u_scale`` the relative standard uncertainty of lengths.
    ``lens``: whether distortion was determined (it takes three pictures or more).
    """

    format: Literal[1]
    board: Board
    pictures: tuple[BoardPicture, ...]
    plane_picture: str
    width: int
    height: int
    lens: bool
    matrix: Matrix
    distortion: tuple[float, ...]
    plane: Matrix
    mm_per_px: float
    rms_px: float
    rms_mm: float
    u_place_mm: float
    u_scale: float


def to_mm(calibration: Calibration, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pixels (rows of x, y) to millimetres in the measuring plane."""
    straight = undistorted(np.array(calibration.matrix), np.array(calibration.distortion), points)
    mapped = cv2.perspectiveTransform(straight.reshape(-1, 1, 2), np.array(calibration.plane))
    return np.asarray(mapped, np.float64).reshape(-1, 2)


def undistorted(
    matrix: NDArray[np.float64], distortion: NDArray[np.float64], points: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Pixels as a lens without distortion would show them."""
    if not distortion.any():
        return np.asarray(points, np.float64).reshape(-1, 2)
    at = np.asarray(points, np.float64).reshape(-1, 1, 2)
    return np.asarray(cv2.undistortPoints(at, matrix, distortion, P=matrix, criteria=_TERMS), np.float64).reshape(-1, 2)


def read_calibration(path: Path) -> Calibration:
    """The calibration in a JSON file.

    Raises:
        CalibrationRefused: no such file, or none that is one.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Calibration)
    except OSError as error:
        raise CalibrationRefused(f"cannot be read: {error.strerror}", where=str(path)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        advice = "make it again: zhuoyue-vision calibrate"
        raise CalibrationRefused(f"is no calibration: {error}", where=str(path), advice=advice) from None


def calibration_bytes(calibration: Calibration) -> bytes:
    """The file's content, readable."""
    return msgspec.json.format(msgspec.json.encode(calibration), indent=2) + b"\n"
