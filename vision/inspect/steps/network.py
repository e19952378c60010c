"""An anomaly score from the features of a small network that another package ships.

PatchCore (K. Roth et al., CVPR 2022) on the text detection network within the package `rapidocr-onnxruntime`
(PP-OCR, Apache-2.0), run by OpenCV: nothing is downloaded, and the network's own runtime is not needed. It was made
for finding text; that its features tell surfaces apart is a matter of measurement, not of design.
"""

import functools
import importlib.util
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.inspect.result import StepUndecided, Why
from vision.inspect.taught import Model

PACKAGE = "rapidocr_onnxruntime"
WEIGHTS = Path("models", "ch_PP-OCRv4_det_infer.onnx")
LAYERS = ("onnx_node!p2o.Mul.160", "onnx_node!p2o.Mul.158")
"""Features at an eighth and a sixteenth of the size, 96 channels each."""
SIDE = 320
MOST_WORDS = 3000
"""Feature vectors remembered."""
Pixels = NDArray[np.uint8]
Features = NDArray[np.float32]


def learn_network(seen: Sequence[Features], seed: int = 1, *, spread: bool = True) -> Model:
    """A memory of good features: of all places of all pictures, those that are furthest apart (or any: quicker)."""
    words = np.concatenate([one.reshape(-1, one.shape[-1]) for one in seen])
    drawn = np.random.default_rng(seed).permutation(len(words))
    if not spread:
        return {"words": words[drawn[:MOST_WORDS]]}
    return {"words": _spread_out(words[drawn[: 4 * MOST_WORDS]], MOST_WORDS)}


def score_network(found: Features, model: Model, size: tuple[int, int]) -> tuple[float, NDArray[np.float32]]:
    """The largest distance of a place from all that was remembered, and their map in ``size`` (rows, columns)."""
    rows, columns, channels = found.shape
    words = model["words"]
    here = found.reshape(-1, channels)
    squared = (here**2).sum(axis=1)[:, None] + (words**2).sum(axis=1)[None] - 2 * here @ words.T
    far = np.sqrt(np.maximum(squared.min(axis=1), 0.0)).reshape(rows, columns).astype(np.float32)
    calm = cv2.GaussianBlur(far, (0, 0), 1.0)
    return float(calm.max()), np.asarray(cv2.resize(calm, (size[1], size[0])), np.float32)


def _spread_out(words: NDArray[np.float32], most: int) -> NDArray[np.float32]:
    """Greedy k-centre: each next word is the one furthest from those chosen, by a random projection for speed."""
    if len(words) <= most:
        return words
    rough = words @ np.random.default_rng(0).normal(0, 1, (words.shape[1], 24)).astype(np.float32)
    nearest = np.full(len(words), np.inf, np.float32)
    chosen = [0]
    for _ in range(most - 1):
        nearest = np.minimum(nearest, ((rough - rough[chosen[-1]]) ** 2).sum(axis=1))
        chosen.append(int(nearest.argmax()))
    return words[chosen]


def features_of(region: Pixels) -> Features:
    """Rows by columns by channels, of a region in colour.

    Raises:
        StepUndecided: the package with the network is not installed (NO_READER).
    """
    net = _network()
    net.setInput(cv2.dnn.blobFromImage(region, 1 / 127.5, (SIDE, SIDE), (127.5, 127.5, 127.5)))
    fine, coarse = (np.asarray(layer, np.float32)[0].transpose(1, 2, 0) for layer in net.forward(list(LAYERS)))
    size = fine.shape[:2]
    wide = np.asarray(cv2.resize(coarse, (size[1], size[0]), interpolation=cv2.INTER_LINEAR), np.float32)
    both = [cv2.blur(part, (3, 3)) for part in (fine, wide)]
    # Each layer counts alike, whatever its scale.
    scaled = [part / max(float(np.linalg.norm(part, axis=-1).mean()), 1e-6) for part in both]
    return np.concatenate(scaled, axis=-1).astype(np.float32)


@functools.cache
def _network() -> cv2.dnn.Net:
    found = importlib.util.find_spec(PACKAGE)
    folder = None if found is None or found.origin is None else Path(found.origin).parent
    if folder is None or not (folder / WEIGHTS).is_file():
        advice = 'pip install rapidocr-onnxruntime, or use features = "aligned"'
        raise StepUndecided(Why.NO_READER, f"the package with the network is not installed: {advice}")
    return cv2.dnn.readNetFromONNX(str(folder / WEIGHTS), cv2.dnn.ENGINE_CLASSIC)
