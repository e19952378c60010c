"""An anomaly score taught from good pictures only."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vision.inspect.frame import Frame
from vision.inspect.program import Anomaly
from vision.inspect.result import Finding
from vision.inspect.scene import Scene, mark_of, patch
from vision.inspect.steps.aligned import learn_aligned, score_aligned
from vision.inspect.steps.network import features_of, learn_network, score_network
from vision.inspect.taught import Model

MARGIN = 1.25
"""The limit that teaching sets, over the worst score of a good picture that was left out."""


def anomaly(step: Anomaly, scene: Scene) -> Finding:
    """The score, with the worst place drawn."""
    golden = patch(scene.taught.reference.grey, step.region)
    value, places = score(
        step, scene.grey(step.region), scene.colour(step.region), golden, scene.taught.models[step.id]
    )
    row, column = np.unravel_index(int(places.argmax()), places.shape)
    x, y = step.region[0] + float(column), step.region[1] + float(row)
    box = np.array([(x - 10, y - 10), (x + 10, y - 10), (x + 10, y + 10), (x - 10, y + 10)])
    return Finding(value=value, marks=(mark_of(scene.moved(box), closed=True),), detail=f"by {step.features} features")


def score(
    step: Anomaly, grey: NDArray[np.uint8], colour: NDArray[np.uint8], golden: NDArray[np.uint8], model: Model
) -> tuple[float, NDArray[np.float32]]:
    """The score of a region, and where it comes from."""
    if step.features == "network":
        return score_network(features_of(colour), model, (colour.shape[0], colour.shape[1]))
    return score_aligned(grey, golden, model)


def learn(step: Anomaly, regions: Sequence[Frame], golden: NDArray[np.uint8]) -> tuple[Model, float]:
    """What good regions (of aligned pictures) look like, and the limit: each scored by a model that lacks it."""
    if step.features == "network":
        return _learn_network(regions)
    greys = [region.grey for region in regions]
    left_out = [
        score_aligned(one, golden, learn_aligned([*greys[:n], *greys[n + 1 :]], golden))[0]
        for n, one in enumerate(greys)
    ]
    return learn_aligned(greys, golden), MARGIN * max(left_out)


def _learn_network(regions: Sequence[Frame]) -> tuple[Model, float]:
    seen = [features_of(region.colour) for region in regions]
    size = regions[0].grey.shape[:2]
    left_out = [
        score_network(one, learn_network([*seen[:n], *seen[n + 1 :]], spread=False), (size[0], size[1]))[0]
        for n, one in enumerate(seen)
    ]
    return learn_network(seen), MARGIN * max(left_out)
