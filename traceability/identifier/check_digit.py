"""Check digits and check characters (GS1 General Specifications 7.9)."""

from traceability.errors import IdentifierRefused
from traceability.identifier.characters import CSET82_IN_ORDER, DIGITS, shown

GTIN_LENGTHS = (8, 12, 13, 14)

_CHECK_CHARACTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_VALUES = {character: value for value, character in enumerate(CSET82_IN_ORDER)}
_MODULUS = 1021  # the largest prime below 32 × 32


def check_digit(digits: str) -> str:
    """The GS1 check digit that belongs behind ``digits`` (without it)."""
    total = 3 * sum(map(int, digits[::-1][::2])) + sum(map(int, digits[::-1][1::2]))
    return str(-total % 10)


def check_characters(text: str) -> str:
    """The pair of check characters that belongs behind ``text`` (character set 82), as for a GMN."""
    weights = reversed(_primes(len(text)))
    total = sum(_VALUES[character] * weight for character, weight in zip(text, weights, strict=True)) % _MODULUS
    return _CHECK_CHARACTERS[total >> 5] + _CHECK_CHARACTERS[total & 31]


def gtin14(digits: str) -> str:
    """A GTIN of 8, 12, 13 or 14 digits in 14 digits; ``IdentifierRefused`` for a wrong length or check digit."""
    if len(digits) not in GTIN_LENGTHS or not DIGITS.issuperset(digits):
        raise IdentifierRefused(f"{shown(digits)} is no GTIN, which has 8, 12, 13 or 14 digits")
    expected = check_digit(digits[:-1])
    if digits[-1] != expected:
        raise IdentifierRefused(f"GTIN {digits} has check digit {digits[-1]}, {expected} was expected")
    return digits.zfill(14)


def _primes(count: int) -> list[int]:
    found: list[int] = []
    candidate = 2
    while len(found) < count:
        if all(candidate % prime for prime in found):
            found.append(candidate)
        candidate += 1
    return found
