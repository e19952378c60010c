"""A checkerboard seen by a camera with a lens, every corner known: rays are cast, nothing is rasterised."""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

WIDTH, HEIGHT = 640, 480
MATRIX = np.array([[900.0, 0.0, 322.0], [0.0, 905.0, 238.0], [0.0, 0.0, 1.0]])
LENS = np.array([-0.12, 0.05, 0.0005, -0.0003, 0.0])
COLUMNS, ROWS, SQUARE = 9, 6, 5.0
"""Inner corners, and the side of a square in mm."""
PLANE = ((0.0, 0.0, 0.0), (0.0, 0.0, 100.0))
"""Turns in degrees about x, y, z, and where the board's middle is, in mm before the camera."""
TILTED = (
    ((20.0, 0.0, 5.0), (3.0, 0.0, 110.0)),
    ((-20.0, 5.0, 0.0), (-3.0, 2.0, 105.0)),
    ((5.0, 25.0, -10.0), (4.0, -3.0, 110.0)),
    ((0.0, -25.0, 10.0), (-5.0, 1.0, 115.0)),
    ((15.0, 15.0, 45.0), (0.0, 0.0, 110.0)),
)
Placed = tuple[tuple[float, float, float], tuple[float, float, float]]


def placed(where: Placed) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rotation and translation of the board's first corner."""
    turns, middle = where
    rotation = np.eye(3)
    for axis, degrees in enumerate(turns):
        vector = np.zeros(3)
        vector[axis] = np.radians(degrees)
        rotation = rotation @ cv2.Rodrigues(vector)[0]
    return rotation, np.array(middle) - rotation @ np.array([20.0, 12.5, 0.0])


def rays(lens: NDArray[np.float64] = LENS) -> NDArray[np.float64]:
    """The direction in which each pixel looks."""
    u, v = np.meshgrid(np.arange(WIDTH, dtype=float), np.arange(HEIGHT, dtype=float))
    at = np.stack([u.ravel(), v.ravel()], -1).reshape(-1, 1, 2)
    seen = cv2.undistortPoints(at, MATRIX, lens, P=np.eye(3), criteria=(3, 40, 1e-10)).reshape(-1, 2)
    return np.column_stack([seen, np.ones(len(seen))])


def on_plane(where: Placed, lens: NDArray[np.float64] = LENS) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each pixel the place on the board's plane, in mm of the board, and how far away it is."""
    rotation, translation = placed(where)
    looking, normal = rays(lens), rotation[:, 2]
    far = (normal @ translation) / (looking @ normal)
    return (looking * far[:, None] - translation) @ rotation, far


def board(where: Placed, *, seed: int = 1, noise: float = 1.5, lens: NDArray[np.float64] = LENS) -> NDArray[np.uint8]:
    """The picture of the board."""
    at, far = on_plane(where, lens)
    x, y, blur = at[:, 0] / SQUARE, at[:, 1] / SQUARE, far / 900 / SQUARE * 0.7
    squares = _wave(x, blur) * _wave(y, blur)
    within = (x > -1) & (x < COLUMNS) & (y > -1) & (y < ROWS)
    seen = np.where(within, 125 - 85 * squares, 215).reshape(HEIGHT, WIDTH)
    grain = np.random.default_rng(seed).normal(0, noise, seen.shape)
    return np.clip(np.rint(seen + grain), 0, 255).astype(np.uint8)


def project(points_mm: NDArray[np.float64], where: Placed, lens: NDArray[np.float64] = LENS) -> NDArray[np.float64]:
    """Where places on the board's plane (rows of x, y in mm) appear, in pixels."""
    rotation, translation = placed(where)
    flat = np.column_stack([points_mm, np.zeros(len(points_mm))])
    return cv2.projectPoints(flat, cv2.Rodrigues(rotation)[0], translation, MATRIX, lens)[0].reshape(-1, 2)


def _wave(at: NDArray[np.float64], blur: NDArray[np.float64]) -> NDArray[np.float64]:
    """+1 and -1 in turn, with blurred edges at whole numbers."""
    part = at - np.floor(at)
    apart, edge = np.where(part < 0.5, part, part - 1), np.where(part < 0.5, np.floor(at), np.floor(at) + 1)
    return np.where(edge % 2 == 0, 1, -1) * (2 * ndtr(apart / blur) - 1)
