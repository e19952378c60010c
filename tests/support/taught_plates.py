"""The plate of `drawn_parts` with a program that knows it: taught once, used by many tests."""

from functools import cache

import cv2
import numpy as np
from drawn_parts import View, picture
from numpy.typing import NDArray

from vision.inspect.program import Program
from vision.inspect.program_file import parse_program
from vision.inspect.run import Inspector
from vision.inspect.taught import Taught
from vision.teach.learn import Example, learn_program

HEAD = """
format = 1
name = "plate"
version = "1"

[picture]
width = 640
height = 480
"""

CIRCLES = """
[locate]
kind = "circles"
fiducials = [[150, 140], [490, 140], [150, 340]]
radius = 12
"""

BORE = """
[[step]]
id = "bore"
kind = "circle"
centre = [320, 250]
radius = 40
band = 10
polarity = "dark-to-bright"
lsl = 80.4
usl = 80.8
"""

SLOT = """
[[step]]
id = "slot"
kind = "width"
start = [385, 250]
end = [475, 250]
first = "bright-to-dark"
second = "dark-to-bright"
lsl = 59.5
usl = 60.5
"""

SCREW = """
[[step]]
id = "screw"
kind = "presence"
region = [415, 295, 50, 50]
"""

FACE = """
[[step]]
id = "face"
kind = "difference"
region = [122, 112, 396, 256]
"""

PROGRAM = HEAD + CIRCLES + BORE + SLOT + SCREW + FACE


def encoded(pixels: NDArray[np.generic], suffix: str = ".png") -> bytes:
    done, data = cv2.imencode(suffix, pixels)
    assert done
    return data.tobytes()


def good_view(number: int) -> View:
    """The plate as it comes: anywhere, in any light, with noise."""
    drawn = np.random.default_rng(number)
    return View(
        angle=drawn.uniform(-6, 6),
        dx=drawn.uniform(-15, 15),
        dy=drawn.uniform(-15, 15),
        light=drawn.uniform(0.85, 1.1),
        slope=drawn.uniform(-0.15, 0.15),
        noise=2,
        seed=number,
    )


@cache
def examples(count: int = 6) -> tuple[Example, ...]:
    """Good pictures; the first is the reference, unmoved."""
    views = [View(noise=1), *(good_view(number) for number in range(1, count))]
    return tuple(Example(f"good-{n}.png", encoded(picture(None, view))) for n, view in enumerate(views))


@cache
def taught(text: str = PROGRAM, count: int = 6) -> tuple[Program, Taught]:
    program = parse_program(text.encode(), "plate.toml")
    return program, learn_program(program, examples(count))


def inspector(text: str = PROGRAM, count: int = 6, **given: object) -> Inspector:
    program, learnt = taught(text, count)
    return Inspector(program, learnt, digest="sha256:" + "0" * 64, **given)
