"""What a UCUM code means, as an exact multiple of base units (The Unified Code for Units of Measure, version 2.1).

A code is a product of terms: ``.`` multiplies, ``/`` divides what follows it, a trailing digit is an exponent, a metric
unit may have a prefix, and ``{…}`` is a remark without meaning: ``N.m``, ``cm3/min``, ``mm/s2``, ``{piece}``.
Factors are rational numbers, so nothing is ever rounded; ``deg`` and ``rad`` are therefore kept apart (π lies between
them), and so are logarithmic units. Parentheses are not read.
"""

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache

import msgspec

Dimension = tuple[tuple[str, int], ...]
"""Base units with their exponents, in order; empty for a pure number."""


class Scale(msgspec.Struct, frozen=True):
    """``value`` in the unit is ``(value + zero) * factor`` in base units of ``dimension``."""

    dimension: Dimension
    factor: Fraction
    zero: Fraction = Fraction(0)


_PREFIXES: Mapping[str, Fraction] = {
    name: Fraction(10) ** exponent
    for name, exponent in {
        "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1, "d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12,
    }.items()
}  # fmt: skip
_METRIC = {
    "m": "m 1", "g": "g 1", "s": "s 1", "A": "A 1", "K": "K 1", "cd": "cd 1", "mol": "mol 1", "rad": "rad 1",
    "bit": "bit 1", "By": "bit 8", "Hz": "s-1 1", "N": "g.m.s-2 1000", "Pa": "g.m-1.s-2 1000", "J": "g.m2.s-2 1000",
    "W": "g.m2.s-3 1000", "C": "A.s 1", "V": "g.m2.s-3.A-1 1000", "F": "A2.s4.g-1.m-2 1/1000",
    "Ohm": "g.m2.s-3.A-2 1000", "S": "A2.s3.g-1.m-2 1/1000", "Wb": "g.m2.s-2.A-1 1000", "T": "g.s-2.A-1 1000",
    "H": "g.m2.s-2.A-2 1000", "lm": "cd 1", "lx": "cd.m-2 1", "bar": "g.m-1.s-2 100000000", "L": "m3 1/1000",
    "l": "m3 1/1000", "t": "g 1000000", "B": "bel 1", "eq": "mol 1",
}  # fmt: skip
_PLAIN = {
    "1": "1", "%": "1/100", "[ppth]": "1/1000", "[ppm]": "1/1000000", "[ppb]": "1/1000000000",
    "min": "s 60", "h": "s 3600", "d": "s 86400", "wk": "s 604800", "a": "s 31557600",
    "deg": "deg 1", "'": "deg 1/60", "''": "deg 1/3600", "gon": "deg 9/10", "circ": "deg 360",
    "[in_i]": "m 254/10000", "[ft_i]": "m 3048/10000", "[yd_i]": "m 9144/10000", "[mil_i]": "m 254/10000000",
    "[lb_av]": "g 45359237/100000", "[oz_av]": "g 45359237/1600000",
    "[lbf_av]": "g.m.s-2 44482216152605/10000000000", "gf": "g.m.s-2 980665/100000", "dB": "bel 1/10",
    "[psi]": "g.m-1.s-2 8896443230521/1290320", "atm": "g.m-1.s-2 101325000",
    "m[H2O]": "g.m-1.s-2 9806650", "mm[Hg]": "g.m-1.s-2 133322387415/1000000",
}  # fmt: skip
_KGF = "kgf"
_WITH_ZERO = {
    "Cel": Scale((("K", 1),), Fraction(1), Fraction("273.15")),
    "[degF]": Scale((("K", 1),), Fraction(5, 9), Fraction("459.67")),
}
_TERM = re.compile(r"(?P<ten>10[*^](?P<power>[+-]?[0-9]{1,2}))|(?P<atom>[^./0-9+-]+)(?P<exponent>[+-]?[0-9])?")
_REMARK = re.compile(r"\{[^{}]*\}")
_ONLY_REMARK = re.compile(r"(?<![^./])\{[^{}]*\}(?![^./])")
_LONGEST = 60


def scale_of(code: str) -> Scale | None:
    """The meaning of a UCUM code; None for one that is not known here."""
    return _scale_of(code) if len(code) <= _LONGEST else None


@lru_cache(maxsize=1024)
def _scale_of(code: str) -> Scale | None:
    if code in _WITH_ZERO:
        return _WITH_ZERO[code]
    plain = _REMARK.sub("", _ONLY_REMARK.sub("1", code))
    powers: dict[str, int] = {}
    factor = Fraction(1)
    for sign, term in _terms(plain):
        found = _term(term)
        if found is None:
            return None
        factor *= found.factor**sign
        for base, exponent in found.dimension:
            powers[base] = powers.get(base, 0) + sign * exponent
    return Scale(_ordered(powers), factor)


def _terms(code: str) -> list[tuple[int, str]]:
    """Each term with 1, or -1 where ``/`` stands before it."""
    parts = re.split(r"([./])", code)
    signs = [1, *(-1 if mark == "/" else 1 for mark in parts[1::2])]
    terms = parts[0::2]
    if not terms[0] and len(terms) > 1:  # "/min"
        terms[0] = "1"
    return list(zip(signs, terms, strict=True))


def _term(text: str) -> Scale | None:
    if text in _PLAIN:
        return _stated(_PLAIN[text])
    found = _TERM.fullmatch(text)
    if found is None:
        return None
    if found["ten"]:
        return Scale((), Fraction(10) ** int(found["power"]))
    atom = _atom(found["atom"])
    if atom is None:
        return None
    exponent = int(found["exponent"] or 1)
    return Scale(tuple((base, power * exponent) for base, power in atom.dimension), atom.factor**exponent)


def _atom(name: str) -> Scale | None:
    if name in _PLAIN:
        return _stated(_PLAIN[name])
    if name in _METRIC:
        return _stated(_METRIC[name])
    if name == _KGF:
        return _stated("g.m.s-2 980665/100")
    for prefix, factor in _PREFIXES.items():
        rest = name.removeprefix(prefix)
        if rest != name and rest in _METRIC:
            unit = _stated(_METRIC[rest])
            return Scale(unit.dimension, unit.factor * factor)
    return None


@lru_cache(maxsize=256)
def _stated(text: str) -> Scale:
    """A line of the tables above: a product of base units and a factor."""
    product, _, factor = text.rpartition(" ")
    powers: dict[str, int] = {}
    for term in filter(None, product.split(".")):
        base = term.rstrip("-0123456789")
        powers[base] = int(term[len(base) :] or 1)
    return Scale(_ordered(powers), Fraction(factor))


def _ordered(powers: Mapping[str, int]) -> Dimension:
    return tuple((base, exponent) for base, exponent in sorted(powers.items()) if exponent)
