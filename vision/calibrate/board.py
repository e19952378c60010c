"""Pictures of a checkerboard to a calibrated camera (Z. Zhang, IEEE Trans. PAMI 22 (2000) 1330, by OpenCV)."""

import math
from collections.abc import Sequence

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from vision.calibrate.camera import Board, BoardPicture, Calibration, Matrix, undistorted
from vision.errors import CalibrationRefused
from vision.picture import Grey

FOR_LENS = 3
"""Pictures from which the lens can be told from the board's place."""
WORST_PX = 1.0
"""A reprojection error beyond this is a bent board, a blurred picture or a wrong count of corners."""
_WAYS = (
    cv2.CALIB_CB_ACCURACY | cv2.CALIB_CB_EXHAUSTIVE,
    cv2.CALIB_CB_ACCURACY | cv2.CALIB_CB_EXHAUSTIVE | cv2.CALIB_CB_NORMALIZE_IMAGE,
)
"""Evened out, an uneven picture is read that else would not be, and an even one is not that else would."""
Found = NDArray[np.float64]


class View(msgspec.Struct, frozen=True):
    """One picture of the board, by name and hash."""

    file: str
    sha256: str
    grey: Grey


class _Lens(msgspec.Struct, frozen=True):
    matrix: NDArray[np.float64]
    distortion: NDArray[np.float64]
    errors: tuple[float, ...]


def calibrate(views: Sequence[View], board: Board, plane: str) -> Calibration:
    """The camera that took ``views``; ``plane`` names the one in which the board lies where parts will be measured.

    With fewer than three pictures the lens is taken as free of distortion.

    Raises:
        CalibrationRefused: no board in a picture, pictures of different sizes, or an error that no lens explains.
    """
    width, height = _size(views)
    found = {view.file: _corners(view, board) for view in views}
    if plane not in found:
        raise CalibrationRefused("is none of the pictures", where=plane, advice=f"expected one of {', '.join(found)}")
    lens = _lens(list(found.values()), board, (width, height))
    homography, rms_mm, worst_mm, u_scale = _plane(undistorted(lens.matrix, lens.distortion, found[plane]), board)
    rms = math.sqrt(sum(error**2 for error in lens.errors) / len(lens.errors)) if lens.errors else 0.0
    scale = _scale(homography, found[plane].mean(axis=0))
    off = max(rms, rms_mm / scale)
    if off > WORST_PX:
        what = f"corners are {off:.2f} px off the model (rms); at most {WORST_PX:g} is a calibration"
        raise CalibrationRefused(what, advice="use a flat board, sharp pictures, and its true number of inner corners")
    return Calibration(
        format=1,
        board=board,
        pictures=_pictures(views, lens.errors or (rms_mm / scale,) * len(views)),
        plane_picture=plane,
        width=width,
        height=height,
        lens=bool(lens.errors),
        matrix=_rows(lens.matrix),
        distortion=tuple(float(term) for term in lens.distortion.ravel()),
        plane=_rows(homography),
        mm_per_px=scale,
        rms_px=rms or rms_mm / scale,
        rms_mm=rms_mm,
        u_place_mm=rms_mm if lens.errors else max(rms_mm, worst_mm),
        u_scale=u_scale,
    )


def _pictures(views: Sequence[View], errors: Sequence[float]) -> tuple[BoardPicture, ...]:
    named = zip(views, errors, strict=True)
    return tuple(BoardPicture(file=view.file, sha256=view.sha256, rms_px=error) for view, error in named)


def _size(views: Sequence[View]) -> tuple[int, int]:
    """Width and height of all pictures; CalibrationRefused for none, or when they differ."""
    if not views:
        raise CalibrationRefused("no picture of the board")
    height, width = views[0].grey.shape
    for view in views:
        if view.grey.shape != (height, width):
            what = f"has another size than {views[0].file}"
            raise CalibrationRefused(what, where=view.file, advice="one camera, one setting")
    return width, height


def _corners(view: View, board: Board) -> Found:
    size = (board.columns, board.rows)
    for way in _WAYS:
        seen, corners = cv2.findChessboardCornersSB(view.grey, size, flags=way)
        if seen:
            return np.asarray(corners, np.float64).reshape(-1, 2)
    what = f"no board of {board.columns} x {board.rows} inner corners found"
    raise CalibrationRefused(what, where=view.file, advice="the whole board must be in sight, lit and sharp")


def _grid(board: Board) -> Found:
    across, down = np.meshgrid(np.arange(board.columns), np.arange(board.rows))
    return np.column_stack([across.ravel(), down.ravel()]).astype(np.float64) * board.square_mm


def _lens(found: list[Found], board: Board, size: tuple[int, int]) -> _Lens:
    if len(found) < FOR_LENS:
        return _Lens(np.eye(3), np.zeros(5), ())
    flat = np.column_stack([_grid(board), np.zeros(board.columns * board.rows)]).astype(np.float32)
    seen = [corners.astype(np.float32).reshape(-1, 1, 2) for corners in found]
    # K3 bends the picture's rim on a whim unless the board reaches there in every picture.
    answer = cv2.calibrateCameraExtended([flat] * len(seen), seen, size, np.eye(3), np.zeros(5), flags=cv2.CALIB_FIX_K3)
    errors = tuple(float(error) for error in np.asarray(answer[-1]).ravel())
    return _Lens(np.asarray(answer[1], np.float64), np.asarray(answer[2], np.float64).ravel(), errors)


def _plane(corners: Found, board: Board) -> tuple[NDArray[np.float64], float, float, float]:
    """Homography to mm, rms and largest of its residuals (per coordinate) in mm, relative uncertainty of lengths.

    The scale is as uncertain as the slope of a regression on the corners, and as the board's own length (a rectangular
    distribution, GUM 4.3.7).
    """
    grid = _grid(board)
    homography = np.asarray(cv2.findHomography(corners, grid, 0)[0], np.float64)
    mapped = cv2.perspectiveTransform(corners.reshape(-1, 1, 2), homography).reshape(-1, 2)
    residuals = mapped - grid
    rms = math.sqrt(float((residuals**2).sum()) / max(1, residuals.size - 8))
    leverage = math.sqrt(float(((grid - grid.mean(axis=0)) ** 2).sum()))
    length = math.hypot(board.columns - 1, board.rows - 1) * board.square_mm
    worst = float(np.abs(residuals).max())
    return homography, rms, worst, math.hypot(rms / leverage, board.tolerance_mm / math.sqrt(3.0) / length)


def _scale(homography: NDArray[np.float64], at: Found) -> float:
    """Millimetres per pixel at a place: the mean of both directions."""
    around = at + np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    a, b, c = cv2.perspectiveTransform(around.reshape(-1, 1, 2), homography).reshape(-1, 2)
    return float((np.hypot(*(b - a)) + np.hypot(*(c - a))) / 2)


def _rows(matrix: NDArray[np.float64]) -> Matrix:
    a, b, c = ((float(row[0]), float(row[1]), float(row[2])) for row in matrix)
    return (a, b, c)
