"""The unit of measure in which a step's value comes, before any picture is seen (UCUM)."""

from vision.inspect.program import Blob, Circle, Differing, Pitch, Step, Surface, Width


def uom_of(step: Step, *, calibrated: bool) -> str:
    """``mm`` and ``mm2`` with a calibration, ``{px}`` and ``{px2}`` without; 1 for shares, scores and ΔE."""
    match step:
        case Width() | Circle() | Pitch():
            return "mm" if calibrated else "{px}"
        case Blob() | Surface() if step.measure == "count":
            return "{count}"
        case Blob() | Surface() | Differing():
            return "mm2" if calibrated else "{px2}"
        case _:
            return "1"
