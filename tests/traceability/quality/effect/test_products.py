"""Did a rolled yield move? Against one share alone, and by how often chance alone is taken for an effect."""

import random

import pytest

from traceability.quality.effect.products import Family, product_effect
from traceability.quality.errors import OutOfDomain


def family(*steps: tuple[int, int], output: int = 100) -> Family:
    return Family(output=output, steps=steps)


def drawn(source: random.Random, n: int, *yields: float) -> Family:
    return family(*((sum(source.random() < one for _ in range(n)), n) for one in yields), output=n)


@pytest.mark.parametrize("yields", [(0.9,), (0.95, 0.9, 0.98), (0.99, 0.99)])
def test_chance_alone_is_an_effect_no_oftener_than_said(yields: tuple[float, ...]) -> None:
    source = random.Random(7)
    pairs = [(drawn(source, 80, *yields), drawn(source, 80, *yields)) for _ in range(600)]
    hits = sum((product_effect([one], [other], 0.95).p or 0) < 0.05 for one, other in pairs)
    assert hits <= 45  # 30 of 600 are meant; four standard deviations more are 51


def test_a_product_that_moved_is_seen_and_its_interval_holds_the_change() -> None:
    source = random.Random(3)
    truth = 0.97 * 0.97 - 0.9 * 0.92
    held = seen = 0
    for _ in range(200):
        found = product_effect([drawn(source, 300, 0.9, 0.92)], [drawn(source, 300, 0.97, 0.97)], 0.95)
        assert found.larger
        assert found.p is not None
        assert found.interval is not None
        seen += found.p < 0.05
        held += found.interval.low <= truth <= found.interval.high
    assert (held >= 180, seen >= 190) == (True, True)


def test_every_family_weighs_by_its_output() -> None:
    small, large = family((50, 100), output=1), family((90, 100), output=99)
    found = product_effect([small, large], [small, family((95, 100), output=99)], 0.95)
    assert found.size == pytest.approx(0.99 * 0.05)


def test_all_good_is_not_taken_for_certain() -> None:
    found = product_effect([family((9, 10))], [family((10, 10))], 0.95)
    assert (found.p or 0) > 0.2


@pytest.mark.parametrize("wrong", [[], [family()], [family((3, 0))], [family((3, 2))], [family((1, 2), output=0)]])
def test_what_is_no_product_of_shares_is_refused(wrong: list[Family]) -> None:
    with pytest.raises(OutOfDomain, match="no product"):
        product_effect(wrong, [family((1, 2))], 0.95)
