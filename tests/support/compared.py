"""Random worlds of plants for comparison, and an adversary that knows everything but the figures of others."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from hypothesis import strategies as st

from hub.comparison.measures import BANDS, Measure
from hub.comparison.release import Stood
from traceability.record.comparison import GroupBands

INDUSTRIES = ("34", "36", "39")
REGIONS = ("31", "32", "33")


def world_of(seed: int, most: int = 60) -> list[Stood]:
    """Plants of a few industries and regions; often nearly all are alike, or all but those of one large organisation:
    that is what gives plants away."""
    chance = Random(seed)
    organisations, plain, odd = chance.randint(5, 16), chance.randint(0, 5), chance.choice((0, 0.05, 0.5))
    industries, regions = INDUSTRIES[: chance.randint(1, 3)], REGIONS[: chance.randint(1, 3)]
    large, other = chance.choice((0, 0.2)), chance.randint(0, 5)
    found = []
    for place in chance.sample(range(most), chance.randint(most // 4, most)):
        whose = "o0" if chance.random() < large else f"o{chance.randrange(organisations)}"
        usual = other if whose == "o0" else plain
        bands = {
            str(m): chance.randrange(len(BANDS[m])) if chance.random() < odd else min(usual, len(BANDS[m]) - 1)
            for m in Measure
        }
        found.append(
            Stood(
                plant=f"p{place}",
                organisation=whose,
                industry=chance.choice(industries),
                region=chance.choice(regions),
                bands=bands,
            )
        )
    return found


def worlds() -> st.SearchStrategy[list[Stood]]:
    """Random worlds."""
    return st.integers(0, 2**32).map(world_of)


@dataclass(frozen=True)
class Adversary:
    """Knows who is counted in each group, and all figures of its own organisation; works out the rest exactly."""

    organisation: str

    def possible_bands(self, group: GroupBands, inside: Sequence[Stood], measure: Measure) -> set[int]:
        """The bands in which a plant of others may lie, by what was told of its group."""
        own = Counter(one.bands[measure] for one in inside if one.organisation == self.organisation)
        others = len(inside) - own.total()
        lows = [max(0, band.low - own[place]) for place, band in enumerate(group.bands)]
        highs = [min(others, band.high - own[place]) for place, band in enumerate(group.bands)]
        return {place for place in range(len(lows)) if _fits(lows, highs, others, place)}


def _fits(lows: Sequence[int], highs: Sequence[int], others: int, place: int) -> bool:
    """Whether whole numbers between lows and highs add up to ``others``, with at least one at ``place``."""
    least = [max(low, 1) if at == place else low for at, low in enumerate(lows)]
    return all(low <= high for low, high in zip(least, highs, strict=True)) and sum(least) <= others <= sum(highs)


def in_group(
    group: GroupBands, counted: Iterable[Stood], apart: Iterable[tuple[str, str]], measure: Measure
) -> list[Stood]:
    """Who is counted in a published group, as everybody could work out who knows the consents."""
    standing = set(apart)
    found = []
    for one in counted:
        pair = one.member(measure).pair
        own = (pair[0], pair[1]) in standing
        inside = group.rest if not own else pair[1] == group.region and not group.rest
        if pair[0] == group.industry and inside:
            found.append(one)
    return found
