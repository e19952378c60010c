"""Laney's p′ and u′: shares and rates of large samples, whose scatter is more than sampling.

Limits p̄ ± 3·σz·√(p̄(1 - p̄)/n) with σz from the moving ranges of the standardised points (Laney 2002). Worth using
where the plain chart's dispersion lies outside 0.8 to 1.25; with σz = 1 both charts are the same.
"""

import math
from collections.abc import Sequence

import msgspec

from traceability.quality.charts.attributes import rate_parameters, share_parameters
from traceability.quality.charts.chart import Chart, ChartKind, Estimator, Parameters
from traceability.quality.charts.drawing import Plotted, draw, point_of
from traceability.quality.charts.options import DEFAULT, ChartOptions
from traceability.quality.charts.scatter import dispersion_of
from traceability.quality.errors import NoFigure
from traceability.quality.reason import Reason
from traceability.quality.refusal import or_refused
from traceability.quality.steps import Number


@or_refused
def laney_p(nonconforming: Sequence[int], sizes: Sequence[int], options: ChartOptions = DEFAULT) -> Chart:
    """Shares nonconforming with limits widened (or narrowed) by σz."""
    plain = share_parameters(nonconforming, sizes, options)
    shares = [d / n for d, n in zip(nonconforming, sizes, strict=True)]
    return _laney(ChartKind.LANEY_P, plain, shares, sizes, options)


@or_refused
def laney_u(counts: Sequence[int], sizes: Sequence[Number], options: ChartOptions = DEFAULT) -> Chart:
    """Nonconformities per unit with limits widened (or narrowed) by σz."""
    plain = rate_parameters(counts, sizes, options)
    rates = [count / float(n) for count, n in zip(counts, sizes, strict=True)]
    return _laney(ChartKind.LANEY_U, plain, rates, sizes, options)


def _laney(
    kind: ChartKind, plain: Parameters, values: Sequence[float], sizes: Sequence[Number], options: ChartOptions
) -> Chart:
    def plotted(factor: float) -> list[Plotted]:
        return [
            Plotted(value, plain.centre, factor * plain.sigma / math.sqrt(n), float(n))
            for value, n in zip(values, sizes, strict=True)
        ]

    points = [
        point_of(index, one, options.width, None, options.excluded.get(index)) for index, one in enumerate(plotted(1.0))
    ]
    dispersion = dispersion_of(points, options.constants)
    parameters = plain
    if options.baseline is None:
        if not dispersion:
            raise NoFigure(Reason.NOT_ENOUGH_DATA if dispersion is None else Reason.ZERO_SPREAD, "no σz")
        estimator = Estimator.LANEY if kind is ChartKind.LANEY_P else Estimator.LANEY_POISSON
        parameters = msgspec.structs.replace(
            plain, sigma_z=dispersion, estimator=estimator, constants=options.constants
        )
    most = 1.0 if kind is ChartKind.LANEY_P else None
    chart = draw(kind, parameters, plotted(parameters.sigma_z), options, least=0.0, most=most)
    return msgspec.structs.replace(chart, dispersion=dispersion)
