"""Chart constants against exact forms and published digits."""

import math

import pytest

from traceability.quality.constants import c4, d2, d3
from traceability.quality.errors import OutOfDomain


def test_closed_forms_of_small_samples():
    assert d2(2) == pytest.approx(2 / math.sqrt(math.pi), abs=1e-13)
    assert d2(3) == pytest.approx(3 / math.sqrt(math.pi), abs=1e-13)
    assert d3(2) == pytest.approx(math.sqrt(2 - 4 / math.pi), abs=1e-13)
    assert c4(2) == pytest.approx(math.sqrt(2 / math.pi), abs=1e-14)


@pytest.mark.parametrize(
    ("constant", "n", "published"),
    [
        (d2, 5, 2.32593),
        (d2, 10, 3.07751),
        (d2, 25, 3.93063),
        (d3, 5, 0.8640819),
        (d3, 10, 0.79705),
        (d3, 25, 0.70844),
        (c4, 5, 0.939986),
        (c4, 10, 0.972659),
        (c4, 25, 0.989640),
    ],
)
def test_published_digits(constant, n, published):
    assert constant(n) == pytest.approx(published, abs=6e-6)


def test_the_limit_factor_d4_of_five():
    assert 1 + 3 * d3(5) / d2(5) == pytest.approx(2.11450, abs=5e-6)


@pytest.mark.parametrize("constant", [d2, d3, c4])
def test_one_value_has_no_spread(constant):
    with pytest.raises(OutOfDomain, match="two or more"):
        constant(1)
