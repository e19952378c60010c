"""What is written: any reader that is installed besides, by name.

A reader takes a colour region and gives lines of text, each with its confidence. `TEXT_READERS` is the table; the
network comes with the package of the reader, never with this product.
"""

import importlib
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vision.inspect.program import Text
from vision.inspect.result import Finding, StepUndecided, Why
from vision.inspect.scene import Scene


class TextLine(NamedTuple):
    """One line, top to bottom; confidence 0 to 1."""

    text: str
    confidence: float


TextReader = Callable[[NDArray[np.uint8]], list[TextLine]]
"""Blue, green, red pixels to lines."""


def _rapidocr() -> TextReader:
    """RapidOCR with the PP-OCR networks in its package (Chinese and Latin)."""
    engine = importlib.import_module("rapidocr_onnxruntime").RapidOCR()

    def read(pixels: NDArray[np.uint8]) -> list[TextLine]:
        found, _ = engine(pixels)
        ordered = sorted(found or [], key=lambda line: min(y for _, y in line[0]))
        return [TextLine(str(text), float(confidence)) for _, text, confidence in ordered]

    return read


TEXT_READERS: Mapping[str, Callable[[], TextReader]] = {"rapidocr": _rapidocr}
"""Name of a reader to what loads it (ModuleNotFoundError where its package is missing)."""

PACKAGES = {"rapidocr": "rapidocr-onnxruntime"}


class TextReaders:
    """Readers, loaded when they are first needed and kept: loading a network takes a second."""

    def __init__(self, known: Mapping[str, Callable[[], TextReader]] = TEXT_READERS) -> None:
        self._known = known
        self._loaded: dict[str, TextReader] = {}

    def reader(self, name: str) -> TextReader:
        """The reader of that name; StepUndecided (NO_READER) says what to install."""
        if name not in self._known:
            raise StepUndecided(Why.NO_READER, f"no text reader {name!r}; known: {', '.join(self._known)}")
        if name not in self._loaded:
            try:
                self._loaded[name] = self._known[name]()
            except ModuleNotFoundError as error:
                what = f"the text reader {name!r} is not installed ({error}): pip install {PACKAGES.get(name, name)}"
                raise StepUndecided(Why.NO_READER, what) from None
        return self._loaded[name]


def text(step: Text, scene: Scene, readers: TextReaders) -> Finding:
    """1 where all that is written matches the pattern, else 0.

    Lines below the confidence asked for do not count; where they may be what is missing, nothing is decided.
    """
    lines = readers.reader(step.reader)(scene.colour(step.region))
    kept = [line for line in lines if line.confidence >= step.confidence]
    written = " ".join(line.text for line in kept)
    doubtful = len(lines) - len(kept)
    detail = f"read {written!r}" + (f"; {doubtful} lines too doubtful" if doubtful else "")
    matches = re.fullmatch(step.pattern, written) is not None
    if doubtful and not matches:
        raise StepUndecided(Why.UNCERTAIN, detail)
    return Finding(value=float(matches), text=written, detail=detail, marks=(scene.mark(step.region),))
