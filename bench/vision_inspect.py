"""How well inspection sees, and what it costs: on drawn plates whose truth is known, everything in one run.

Callipers against the true place of every edge; the golden-picture difference against a plain threshold and against
itself without its tolerance band or its tiles; anomaly scores on a rigid part and on a random texture; time of each
step as a ratio to decoding the picture file.
"""

import argparse
import importlib.util
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import msgspec
import numpy as np
from scipy.ndimage import gaussian_filter

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

from drawn_parts import HOLE_RADIUS, HOLES, Layer, View, disc, grey, picture, stroke
from taught_plates import PROGRAM, encoded, good_view, inspector, taught

from vision.inspect.frame import frame_of
from vision.inspect.program import Differing
from vision.inspect.run import Inspector
from vision.inspect.scene import patch
from vision.inspect.steps import difference, light, network
from vision.inspect.steps.aligned import learn_aligned, score_aligned

FACE = (122.0, 112.0, 396.0, 256.0)
Pixels = np.ndarray
TRUTH = {"bore": 80.6, "slot": 60.0}


def callipers(pictures: int) -> None:
    print("calliper, errors in pixels over turned, shifted, unevenly lit pictures")
    for blur, noise in ((0.6, 0.0), (0.8, 2.0), (1.5, 4.0), (2.5, 4.0)):
        errors: dict[str, list[float]] = {name: [] for name in TRUTH}
        held = total = 0
        for number in range(pictures):
            view = view_of(number, blur=blur, noise=noise)
            for step in inspector(PROGRAM).inspect_frame(frame_of(picture(None, view))).steps:
                if step.id in TRUTH and step.value is not None and step.expanded is not None:
                    errors[step.id].append(step.value - TRUTH[step.id])
                    held += abs(errors[step.id][-1]) <= step.expanded
                    total += 1
        words = ", ".join(f"{name} mean {np.mean(e):+.4f} sd {np.std(e):.4f}" for name, e in errors.items())
        print(f"  blur {blur} noise {noise}: {words}; within stated U {held}/{total}")


def view_of(number: int, **changes: float) -> View:
    known = {name: getattr(good_view(number + 500), name) for name in View.__dataclass_fields__}
    return View(**known | changes)


def defect(drawn: np.random.Generator) -> Layer:
    x, y, angle = drawn.uniform(230, 380), drawn.uniform(120, 170), drawn.uniform(0, 2 * np.pi)
    level = 170 - drawn.uniform(40, 110)
    if drawn.random() < 0.5:
        return Layer(disc(x, y, drawn.uniform(1.8, 4)), grey(level))
    return Layer(stroke(x, y, x + 30 * np.cos(angle), y + 30 * np.sin(angle), drawn.uniform(1.2, 2.5)), grey(level))


def golden(pictures: int) -> None:
    """F of finding which pictures have a defect, by the area that differs; thresholds as in the program."""
    program, learnt = taught(PROGRAM)
    inspected = Inspector(program, learnt)
    step = next(one for one in program.step if isinstance(one, Differing))
    reference = patch(learnt.reference.grey, FACE)
    ways: dict[str, Callable[[Pixels], float]] = {
        "plain difference": lambda live: float((np.abs(live.astype(float) - reference) > 30).sum()),
        "light, no band, no tiles": lambda live: spots(live, 0, tiles=False),
        "light and band": lambda live: spots(live, step.tolerance, tiles=False),
        "light, band, tiles": lambda live: spots(live, step.tolerance, tiles=True),
    }
    found: dict[str, list[tuple[bool, bool]]] = {way: [] for way in ways}
    spent = dict.fromkeys(ways, 0.0)

    def spots(live: Pixels, band: int, *, tiles: bool) -> float:
        levels = light.as_taught(live, reference) if tiles else light.relit(live.astype(np.float32), golden32)
        low, high = (patch(bound, FACE).astype(np.float32) for bound in (learnt.low, learnt.high))
        apart = np.maximum(difference._more(levels, low, high, band), difference._missing(levels, low, high, band))  # noqa: SLF001
        _, _, stats, _ = cv2.connectedComponentsWithStats((apart > 30).astype(np.uint8), connectivity=8)
        return float(sum(row[4] for row in stats[1:] if row[4] >= step.least_area))

    golden32 = reference.astype(np.float32)
    for number in range(pictures):
        drawn = np.random.default_rng(number)
        bad = number % 2 == 1
        bend = View(**{**good_view(number + 900).__dict__, "extra": (defect(drawn),) if bad else ()})
        frame = frame_of(bent(picture(None, bend), drawn))
        try:
            pose = inspected._locate(frame).pose  # noqa: SLF001 - one location for all ways
        except Exception as error:  # noqa: BLE001 - told
            print("  not located:", error)
            continue
        live = difference_region(frame.grey, pose)
        for way, judge in ways.items():
            begun = time.perf_counter()
            found[way].append((bad, judge(live) > 0))
            spent[way] += time.perf_counter() - begun
    print(f"golden picture: {pictures} pictures, half with a speck or scratch, bent by up to 1.5 px")
    for way, pairs in found.items():
        hits = sum(b and f for b, f in pairs)
        f_score = 2 * hits / max(1, sum(b for b, _ in pairs) + sum(f for _, f in pairs))
        print(f"  {way:<26} F {f_score:.2f}  {1000 * spent[way] / max(1, len(pairs)):.1f} ms")


def bent(pixels: Pixels, drawn: np.random.Generator) -> Pixels:
    """A slow wave of up to 1.5 pixels, as perspective and a bent sheet leave over."""
    y, x = np.mgrid[:480, :640].astype(np.float32)
    wave = 1.5 * np.sin(x / 90 + drawn.uniform(0, 6)), 1.5 * np.sin(y / 90 + drawn.uniform(0, 6))
    return cv2.remap(pixels, x + wave[1].astype(np.float32), y + wave[0].astype(np.float32), cv2.INTER_CUBIC)


def difference_region(live: Pixels, pose: Pixels) -> Pixels:
    from vision.inspect.pose import cut  # noqa: PLC0415 - used here only

    return cut(live, pose, FACE)


def faint(drawn: np.random.Generator) -> Layer:
    """Specks, scratches and dents that are hard to see, and holes drilled too large or closed."""
    x, y, angle = drawn.uniform(230, 380), drawn.uniform(120, 170), drawn.uniform(0, 2 * np.pi)
    kind = drawn.integers(4)
    if kind == 0:
        return Layer(disc(x, y, drawn.uniform(1.5, 4)), grey(170 + drawn.choice([-1, 1]) * drawn.uniform(15, 60)))
    if kind == 1:
        end = (x + 30 * np.cos(angle), y + 30 * np.sin(angle))
        return Layer(stroke(x, y, *end, drawn.uniform(0.8, 2)), grey(170 - drawn.uniform(15, 60)))
    if kind == 2:
        return Layer(disc(x, y, drawn.uniform(5, 9)), grey(170 - drawn.uniform(8, 30)), soft=3)
    return Layer(disc(*HOLES[drawn.integers(3)], HOLE_RADIUS + 3), grey(drawn.choice([40, 170])))


def rigid(number: int, bad: bool) -> Pixels:
    drawn = np.random.default_rng(10_000 * bad + number)
    view = View(dx=drawn.normal(0, 0.15), dy=drawn.normal(0, 0.15), light=drawn.uniform(0.85, 1.1), noise=2.5,
                seed=number + 7 * bad, blur=drawn.uniform(0.7, 1.0), extra=(faint(drawn),) if bad else ())  # fmt: skip
    return np.ascontiguousarray(patch(picture(None, view), FACE))


def texture(number: int, bad: bool) -> Pixels:
    drawn = np.random.default_rng(50_000 * (1 + bad) + number)
    threads, clouds = (gaussian_filter(drawn.normal(0, 1, (256, 396)), sigma) for sigma in ((1, 6), 3))
    seen = 128 + 24 * threads / threads.std() + 18 * clouds / clouds.std()
    if bad:
        y, x = drawn.integers(30, 226), drawn.integers(30, 366)
        if drawn.random() < 0.5:
            seen[y - 24 : y + 24, x - 24 : x + 24] = seen[y - 24 : y + 24, x - 24 : x + 24].T
        else:
            down, across = np.mgrid[:256, :396]
            seen -= 40 * np.exp(-((down - y) ** 2 + (across - x) ** 2) / 40)
    return cv2.cvtColor(np.clip(seen, 0, 255).astype(np.uint8), cv2.COLOR_GRAY2BGR)


def auroc(good: Sequence[float], bad: Sequence[float]) -> float:
    pairs = np.subtract.outer(np.array(bad), np.array(good))
    return float((pairs > 0).mean() + 0.5 * (pairs == 0).mean())


def anomalies(pictures: int) -> None:
    print(f"anomaly: taught with 20 good pictures, AUROC over {pictures} good and {pictures} bad")
    for name, make in (("rigid part", rigid), ("random texture", texture)):
        good = [make(number, False) for number in range(20)]
        others = [[make(1000 + number, bad) for number in range(pictures)] for bad in (False, True)]
        first = frame_of(good[0]).grey
        model = learn_aligned([frame_of(one).grey for one in good], first)
        tell(name, "aligned", others, lambda one, m=model, g=first: score_aligned(frame_of(one).grey, g, m)[0])
        if importlib.util.find_spec(network.PACKAGE) is None:
            print(f"  {name:<15} network  not installed")
            continue
        remembered = network.learn_network([network.features_of(one) for one in good])
        size = first.shape[:2]
        tell(
            name, "network", others,
            lambda one, m=remembered, s=size: network.score_network(network.features_of(one), m, s)[0],
        )  # fmt: skip


def tell(name: str, way: str, others: list[list[Pixels]], score: Callable[[Pixels], float]) -> None:
    begun = time.perf_counter()
    good, bad = ([score(one) for one in side] for side in others)
    each = (time.perf_counter() - begun) / sum(map(len, others))
    print(f"  {name:<15} {way:<8} AUROC {auroc(good, bad):.3f}  {1000 * each:.0f} ms")


def cost(rounds: int) -> None:
    data = encoded(picture(None, good_view(7)))
    begun = time.process_time()
    for _ in range(rounds):
        cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    decoding = (time.process_time() - begun) / rounds
    print(f"cost: decoding the PNG of 640 x 480 takes 1 ({1000 * decoding:.1f} ms)")
    program, learnt = taught(PROGRAM)
    for name, steps in [("all steps", program.step), *((step.id, (step,)) for step in program.step)]:
        alone = Inspector(msgspec.structs.replace(program, step=steps), learnt)
        begun = time.process_time()
        for _ in range(rounds):
            alone.inspect(data)
        each = (time.process_time() - begun) / rounds
        print(f"  decode, locate and {name:<10} {each / decoding:5.1f} x  ({1000 * each:.0f} ms)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=40)
    parser.add_argument("--only", choices=("callipers", "golden", "anomalies", "cost"))
    given = parser.parse_args()
    cv2.setNumThreads(1)
    parts: dict[str, Callable[[], None]] = {
        "callipers": lambda: callipers(max(4, given.pictures // 4)),
        "golden": lambda: golden(given.pictures),
        "anomalies": lambda: anomalies(given.pictures),
        "cost": lambda: cost(max(5, given.pictures // 4)),
    }
    for name, part in parts.items():
        if given.only in (None, name):
            part()


if __name__ == "__main__":
    main()
