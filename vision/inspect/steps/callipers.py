"""Widths, circles and pitches: edges read in the picture itself, lengths taken in the measuring plane."""

import math

import numpy as np

from vision.inspect.edges import Seek, find_edge, strongest_of_each
from vision.inspect.program import Circle, Pitch, Polarity, Width
from vision.inspect.result import Finding, StepUndecided, Why
from vision.inspect.sampling import Points, inside, read_at
from vision.inspect.scene import MeasuredCircle, Scene, mark_of
from vision.inspect.shapes import Line, fit_circle, fit_line

NARROW = 9.0
"""Pixels on either side of the edge, once it is known about where it is."""
SQUARE = math.cos(math.radians(5.0))
"""Edges that run further apart than this have no one distance."""


def width(step: Width, scene: Scene) -> Finding:
    """The distance of two edges along the calliper, at its middle."""
    start, end = np.array(step.start), np.array(step.end)
    length = float(np.hypot(*(end - start)))
    along = (end - start) / length
    across = np.array([-along[1], along[0]])
    offsets = np.arange(step.rows) - (step.rows - 1) / 2
    steps = np.arange(math.floor(length) + 1)
    grid = start + offsets[:, None, None] * across + steps[None, :, None] * along
    levels = _levels(scene, grid)
    edges = []
    wanted: tuple[tuple[Polarity, Seek], ...] = ((step.first, "first"), (step.second, "last"))
    for polarity, seek in wanted:
        rows, at = find_edge(levels, polarity, step.contrast, seek)
        edges.append(scene.moved(start + offsets[rows, None] * across + at[:, None] * along))
    first, second = (fit_line(scene.metric.plane(edge)) for edge in edges)
    if abs(float(first.along @ second.along)) < SQUARE:
        raise StepUndecided(Why.EDGE_NOT_FOUND, "the two edges are not parallel: they belong to different things")
    value = _distance(first, second)
    return Finding(
        value=value,
        uom=scene.metric.uom,
        budget=scene.metric.budget(value, (first.u, second.u), math.sqrt(2.0)),
        marks=(mark_of(edges[0][[0, -1]]), mark_of(edges[1][[0, -1]]), mark_of(scene.moved(np.array([start, end])))),
    )


def circle(step: Circle, scene: Scene) -> Finding:
    """Diameter or roundness (range of the kept points' distances from the fitted circle)."""
    angles = 2 * math.pi * np.arange(step.rays) / step.rays
    rays = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    centre, radius = _first_look(step, scene, rays)
    begin = max(0.0, radius - NARROW)
    grid = centre + rays[:, None] * np.arange(begin, radius + NARROW + 1)[None, :, None]
    rows, at = find_edge(_levels(scene, grid), step.polarity, step.contrast, "strongest")
    edge = scene.moved(centre + rays[rows] * (begin + at)[:, None])
    drawn = fit_circle(edge)
    fitted = fit_circle(scene.metric.plane(edge)) if scene.metric.calibration else drawn
    middle = (float(drawn.centre[0]), float(drawn.centre[1]))
    scene.circles[step.id] = MeasuredCircle(fitted.centre, fitted.u_centre, middle)
    marks = (mark_of(edge[:: max(1, len(edge) // 60)], closed=True),)
    if step.measure == "roundness":
        value = float(np.ptp(fitted.residuals))
        budget = scene.metric.budget(value, (fitted.spread, fitted.spread), math.sqrt(2.0))
        return Finding(value=value, uom=scene.metric.uom, budget=budget, marks=marks)
    value = 2 * fitted.radius
    budget = scene.metric.budget(value, (2 * fitted.u_radius,), 2.0)
    return Finding(value=value, uom=scene.metric.uom, budget=budget, marks=marks)


def _first_look(step: Circle, scene: Scene, rays: Points) -> tuple[Points, float]:
    """Where the circle about is, in the reference's frame: a hole that is aside of its place is still measured."""
    centre = np.array(step.centre)
    begin = max(0.0, step.radius - step.band)
    along = np.arange(begin, step.radius + step.band + 1)
    levels = _levels(scene, centre + rays[:, None] * along[None, :, None])
    rows, at = strongest_of_each(levels, step.polarity)
    found = fit_circle(centre + rays[rows] * (begin + at)[:, None]) if rows.size else None
    if found is None or abs(found.radius - step.radius) > step.band or math.dist(found.centre, centre) > step.band:
        raise StepUndecided(Why.EDGE_NOT_FOUND, f"no circle within {step.band:g} px of where it should be")
    return found.centre, found.radius


def pitch(step: Pitch, scene: Scene) -> Finding:
    """The distance of two centres; of edges' systematic errors most cancels all around a circle, a half is left in."""
    try:
        one, other = (scene.circles[name] for name in step.between)
    except KeyError as missing:
        raise StepUndecided(Why.STEP_MISSING, f"circle {missing} was not measured") from None
    value = float(np.hypot(*(one.centre - other.centre)))
    budget = scene.metric.budget(value, (one.u, other.u), 0.5)
    return Finding(
        value=value, uom=scene.metric.uom, budget=budget, marks=(mark_of(np.array([one.drawn, other.drawn])),)
    )


def _levels(scene: Scene, grid: Points) -> Points:
    points = scene.moved(grid)
    if not inside(points, scene.frame.grey):
        raise StepUndecided(Why.OUTSIDE_PICTURE, "the calliper leaves the picture")
    return read_at(scene.frame.grey, points)


def _distance(first: Line, second: Line) -> float:
    """Between parallel lines: of their middles, across their mean direction."""
    same = second.along if float(first.along @ second.along) > 0 else -second.along
    along = (first.along + same) / np.hypot(*(first.along + same))
    gap = second.at - first.at
    return abs(float(gap[0] * -along[1] + gap[1] * along[0]))
