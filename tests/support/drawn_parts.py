"""Pictures of a plate whose every edge is known to a thousandth of a pixel.

Shapes are signed distances; an edge is a step blurred by a Gaussian (its integral), evaluated where the pixel looks.
So truth does not pass through any rasteriser, and a lens or a turn moves it exactly.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Field = NDArray[np.float64]
Shape = Callable[[Field, Field], Field]
Map = Callable[[Field, Field], tuple[Field, Field]]

WIDTH, HEIGHT = 640, 480
PLATE = (120.0, 110.0, 400.0, 260.0)
"""x, y, width, height in the reference picture."""
HOLES = ((150.0, 140.0), (490.0, 140.0), (150.0, 340.0))
HOLE_RADIUS = 12.0
BORE = (320.25, 250.5, 40.3)
"""x, y, radius: the measured hole."""
SLOT = (400.0, 225.0, 60.0, 50.0)
SCREW = (440.0, 320.0)
LOGO = (190.0, 290.0)
PATCH = (200.0, 180.0, 50.0, 40.0)


def disc(x: float, y: float, radius: float) -> Shape:
    return lambda u, v: radius - np.hypot(u - x, v - y)


def box(x: float, y: float, w: float, h: float) -> Shape:
    """A rectangle; exact along its sides."""

    def distance(u: Field, v: Field) -> Field:
        across, down = np.abs(u - x - w / 2) - w / 2, np.abs(v - y - h / 2) - h / 2
        outside = np.hypot(np.maximum(across, 0), np.maximum(down, 0))
        return -(outside + np.minimum(np.maximum(across, down), 0))

    return distance


def stroke(x0: float, y0: float, x1: float, y1: float, width: float) -> Shape:
    length = math.hypot(x1 - x0, y1 - y0)
    ex, ey = (x1 - x0) / length, (y1 - y0) / length

    def distance(u: Field, v: Field) -> Field:
        along = np.clip((u - x0) * ex + (v - y0) * ey, 0, length)
        return width / 2 - np.hypot(u - x0 - along * ex, v - y0 - along * ey)

    return distance


@dataclass(frozen=True)
class Layer:
    """A shape painted in blue, green, red levels; ``soft`` blurs its own edge, in pixels."""

    shape: Shape
    colour: tuple[float, float, float]
    soft: float = 0.0


def grey(level: float) -> tuple[float, float, float]:
    return (level, level, level)


@dataclass(frozen=True)
class View:
    """How the plate is seen: turned about the picture's middle, shifted, lit, blurred, with noise."""

    angle: float = 0.0
    dx: float = 0.0
    dy: float = 0.0
    scale: float = 1.0
    light: float = 1.0
    slope: float = 0.0
    """Light at the right border over light in the middle, minus one."""
    blur: float = 0.8
    noise: float = 0.0
    seed: int = 1
    lens: Map | None = None
    """Picture pixels to pixels without distortion."""
    size: tuple[int, int] = (WIDTH, HEIGHT)
    gamma: float = 1.0
    extra: tuple[Layer, ...] = field(default=())

    def pose(self) -> NDArray[np.float64]:
        """2 x 3, reference to picture (without the lens)."""
        c, s = math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))
        turn = self.scale * np.array([[c, -s], [s, c]])
        middle = np.array([(WIDTH - 1) / 2, (HEIGHT - 1) / 2])
        return np.column_stack([turn, middle + np.array([self.dx, self.dy]) - turn @ middle])


def plate(
    *, screw: bool = True, holes: Sequence[tuple[float, float]] = HOLES, bore: tuple[float, float, float] = BORE,
    patch: tuple[float, float, float] = (60.0, 60.0, 190.0), slot: tuple[float, float, float, float] = SLOT,
) -> list[Layer]:  # fmt: skip
    """The layers of a good plate."""
    x, y = LOGO
    layers = [
        Layer(box(*PLATE), grey(170)),
        *(Layer(disc(hx, hy, HOLE_RADIUS), grey(40)) for hx, hy in holes),
        Layer(disc(*bore), grey(40)),
        Layer(box(*slot), grey(40)),
        Layer(box(*PATCH), patch),
        Layer(stroke(x, y, x + 40, y + 30, 5), grey(70)),
        Layer(stroke(x + 40, y, x, y + 30, 5), grey(70)),
        Layer(box(x + 52, y, 9, 30), grey(90)),
        Layer(disc(x + 80, y + 15, 12), grey(60)),
    ]
    if screw:
        sx, sy = SCREW
        layers += [Layer(disc(sx, sy, 18), grey(225)), Layer(stroke(sx - 12, sy, sx + 12, sy, 5), grey(60))]
    return layers


def picture(layers: Sequence[Layer] | None = None, view: View = View()) -> NDArray[np.uint8]:
    """The plate (or other ``layers``) as a camera sees it: rows by columns by blue, green, red."""
    width, height = view.size
    u, v = np.meshgrid(np.arange(width, dtype=float), np.arange(height, dtype=float))
    if view.lens is not None:
        u, v = view.lens(u, v)
    pose = view.pose()
    back = np.linalg.inv(pose[:, :2])
    x, y = (back[i, 0] * (u - pose[0, 2]) + back[i, 1] * (v - pose[1, 2]) for i in range(2))
    seen = np.full((height, width, 3), 50.0)
    for layer in [*(plate() if layers is None else layers), *view.extra]:
        softness = math.hypot(view.blur, layer.soft)
        near = _near(layer.shape, x, y, 8 + 6 * softness / view.scale)
        if near is not None:
            cover = ndtr(view.scale * layer.shape(x[near], y[near]) / softness)[..., None]
            seen[near] = seen[near] * (1 - cover) + np.array(layer.colour) * cover
    across = np.linspace(-1, 1, width)[None, :, None]
    seen = 255 * (seen / 255) ** view.gamma * view.light * (1 + view.slope * across)
    noise = np.random.default_rng(view.seed).normal(0, view.noise, seen.shape[:2])[..., None] if view.noise else 0.0
    return np.clip(np.rint(seen + noise), 0, 255).astype(np.uint8)


def _near(shape: Shape, x: Field, y: Field, reach: float) -> tuple[slice, slice] | None:
    """The rows and columns that a shape can touch, found on every eighth pixel."""
    rows, columns = np.nonzero(shape(x[::8, ::8], y[::8, ::8]) > -reach - 8)
    if not rows.size:
        return None
    edges = ((rows.min() - 1) * 8, (rows.max() + 2) * 8, (columns.min() - 1) * 8, (columns.max() + 2) * 8)
    top, bottom, left, right = (max(0, int(edge)) for edge in edges)
    return slice(top, bottom), slice(left, right)


def turned(view: View, **changes: object) -> View:
    return replace(view, **changes)
