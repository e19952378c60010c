"""A region in the reference's light and, tile by tile, in its place: what is left differs because the part does."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.picture import Grey

Smooth = NDArray[np.float32]

LIGHT_SHARE = 4.0
"""The light is taken over a window of this part of the region's shorter side; defects are far smaller."""
FLOOR = 8.0
"""Grey levels added to both means, so that black stays black."""
TILE = 64
REACH = 3
"""Pixels that a tile may have moved: what a similarity leaves over (perspective, a lens, a bent part)."""
TEXTURED = 4.0
"""A tile of smaller standard deviation has no place of its own; it moves with its neighbours."""


def relit(live: Smooth, golden: Smooth) -> Smooth:
    """``live`` with the slow changes of its light taken to those of ``golden``."""
    sigma = max(8.0, min(golden.shape) / LIGHT_SHARE)
    gain = (_slow(golden, sigma) + FLOOR) / (_slow(live, sigma) + FLOOR)
    return np.asarray(np.clip(live * gain, 0, 255), np.float32)


def _slow(levels: Smooth, sigma: float) -> Smooth:
    """A wide blur, at a quarter of the size: it has no detail to lose."""
    height, width = levels.shape
    small = cv2.resize(levels, (max(1, width // 4), max(1, height // 4)), interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), sigma / 4, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(blurred, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def settled(live: Smooth, golden: Smooth) -> Smooth:
    """``live`` with each tile moved to where ``golden`` has it, smoothly from tile to tile."""
    height, width = golden.shape
    rows, columns = max(1, round(height / TILE)), max(1, round(width / TILE))
    moves, weights = np.zeros((rows, columns, 2), np.float32), np.zeros((rows, columns, 1), np.float32)
    for r in range(rows):
        for c in range(columns):
            top, bottom = r * height // rows, (r + 1) * height // rows
            left, right = c * width // columns, (c + 1) * width // columns
            move = _moved(live, golden, (top, bottom, left, right))
            if move is not None:
                moves[r, c], weights[r, c] = move, 1.0
    if not weights.any():
        return live
    # Tiles without texture take the mean of those around them.
    spread = [cv2.GaussianBlur(part, (0, 0), 1.0, borderType=cv2.BORDER_REPLICATE) for part in (moves, weights)]
    filled = np.where(weights > 0, moves, spread[0] / np.maximum(spread[1].reshape(rows, columns, 1), 1e-6))
    field = np.asarray(cv2.resize(filled, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    across, down = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    at = (across + field[..., 0], down + field[..., 1])
    return np.asarray(cv2.remap(live, *at, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.float32)


def _moved(live: Smooth, golden: Smooth, tile: tuple[int, int, int, int]) -> tuple[float, float] | None:
    """How far the tile lies from its place in ``live``, in x and y; None where it cannot be told."""
    top, bottom, left, right = tile
    inner = golden[top + REACH : bottom - REACH, left + REACH : right - REACH]
    if min(inner.shape, default=0) < 8 or float(inner.std()) < TEXTURED:
        return None
    window = live[top:bottom, left:right]
    scores = np.asarray(cv2.matchTemplate(window, inner, cv2.TM_CCOEFF_NORMED), np.float32)
    row, column = (int(at) for at in np.unravel_index(int(scores.argmax()), scores.shape))
    best = float(scores[row, column])
    if best < 0.7 or best < float(scores[REACH, REACH]) + 0.002:
        return (0.0, 0.0) if best >= 0.7 else None
    return column - REACH + _top(scores[row, :], column), row - REACH + _top(scores[:, column], row)


def _top(scores: NDArray[np.float32], at: int) -> float:
    if not 0 < at < len(scores) - 1:
        return 0.0
    a, b, c = (float(score) for score in scores[at - 1 : at + 2])
    curve = a - 2 * b + c
    return 0.5 * (a - c) / curve if curve < 0 else 0.0


def as_taught(live: Grey, golden: Grey) -> Smooth:
    """Light and place together."""
    reference = golden.astype(np.float32)
    return settled(relit(live.astype(np.float32), reference), reference)
