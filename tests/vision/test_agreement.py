"""Rules for what readers say together, on sightings laid out by hand."""

import pytest

from vision.agreement import Ballot, Opinion
from vision.formats import Format
from vision.readers import ZBAR, ZXING, Sighting
from vision.symbol import Reason, Symbol, reason_for

FULL = Opinion(ZXING, "original")
DOUBLED = Opinion(ZXING, "doubled")
LEVELLED = Opinion(ZXING, "levelled")
SECOND = Opinion(ZBAR, "original")


def seen(
    raw: bytes | None, name: Format = Format.QR, *, at: float = 0.0, size: float = 400.0, reader: str = ZXING
) -> Sighting:
    height = size if name in (Format.QR, Format.DATA_MATRIX) else size / 10
    polygon = ((at, 0.0), (at + size, 0.0), (at + size, height), (at, height))
    if raw is None:
        return Sighting(name, polygon, None)
    symbology = "" if reader == ZBAR else "]Q1"
    text = raw.decode("latin-1")
    symbol = Symbol(text=text, raw=raw, symbology=symbology, format=name, polygon=polygon, readers=(reader,))
    return Sighting(name, polygon, symbol)


def outcome(*casts: tuple[Opinion, list[Sighting]]) -> tuple[list[bytes], list[tuple[Reason, list[bytes]]]]:
    ballot = Ballot()
    for opinion, sightings in casts:
        ballot.cast(opinion, sightings)
    undecided = [(place.reason, [rival.raw for rival in place.rivals]) for place in ballot.undecided()]
    return [symbol.raw for symbol in ballot.decided()], undecided


def test_one_read_of_a_matrix_code_is_enough():
    assert outcome((FULL, [seen(b"A")])) == ([b"A"], [])


def test_rivals_at_one_place_are_kept_and_none_wins():
    for first, second in [(b"A", b"B"), (b"B", b"A")]:
        decided, undecided = outcome((FULL, [seen(first)]), (DOUBLED, [seen(second, at=6)]))
        assert (decided, undecided) == ([], [(Reason.DISAGREE, [first, second])])


def test_the_second_reader_may_contradict():
    _, undecided = outcome((FULL, [seen(b"A")]), (SECOND, [seen(b"B", reader=ZBAR)]))
    assert undecided == [(Reason.DISAGREE, [b"A", b"B"])]


def test_a_third_read_does_not_outvote_a_rival():
    casts = [(FULL, [seen(b"A")]), (DOUBLED, [seen(b"B")]), (SECOND, [seen(b"A", reader=ZBAR)])]
    assert outcome(*casts) == ([], [(Reason.DISAGREE, [b"A", b"B"])])


def test_the_same_content_at_two_places_is_two_symbols():
    assert outcome((FULL, [seen(b"A"), seen(b"A", at=900)])) == ([b"A", b"A"], [])


def test_what_one_pass_tells_apart_is_apart_even_where_areas_overlap():
    both = [seen(b"A"), seen(b"B", at=60)]
    assert outcome((FULL, both), (DOUBLED, both)) == ([b"A", b"B"], [])


def test_the_second_reader_adds_what_the_first_did_not_see_and_is_named():
    ballot = Ballot()
    ballot.cast(SECOND, [seen(b"A", reader=ZBAR)])
    (symbol,) = ballot.decided()
    assert (symbol.readers, symbol.symbology) == ((ZBAR,), "")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_first_readers_identifier_and_bytes_win_when_both_agree(order):
    """FNC1 in first position and at the end is not in what zbar gives."""
    casts = [(FULL, [seen(b"0195\x1d")]), (SECOND, [seen(b"0195", reader=ZBAR)])]
    ballot = Ballot()
    for index in order:
        ballot.cast(*casts[index])
    (symbol,) = ballot.decided()
    assert (symbol.raw, symbol.symbology, set(symbol.readers)) == (b"0195\x1d", "]Q1", {ZXING, ZBAR})


def test_the_second_reader_has_no_say_on_bytes_that_it_re_encodes():
    assert outcome((FULL, [seen(b"\xc5\xfa")]), (SECOND, [seen(b"\xe6\x89\xb9", reader=ZBAR)])) == ([b"\xc5\xfa"], [])


def test_a_matrix_code_outranks_bars_seen_in_its_texture():
    texture = seen(b"0012", Format.ITF, at=20, size=50)
    for casts in [((FULL, [seen(b"A")]), (DOUBLED, [texture])), ((FULL, [texture]), (DOUBLED, [seen(b"A")]))]:
        assert outcome(*casts) == ([b"A"], [])


def test_a_weak_code_needs_two_opinions_one_of_them_level():
    code = seen(b"4006381333931", Format.EAN_13)
    for opinions in [(FULL,), (FULL, FULL), (FULL, DOUBLED), (FULL, SECOND), (LEVELLED,)]:
        _, undecided = outcome(*[(opinion, [code]) for opinion in opinions])
        assert undecided == [(Reason.UNCONFIRMED, [b"4006381333931"])], opinions
    assert outcome((FULL, [code]), (LEVELLED, [code])) == ([b"4006381333931"], [])


def test_itf_cut_short_gives_way_to_the_whole():
    whole, cut = seen(b"73064760166424", Format.ITF), seen(b"730647", Format.ITF, size=60)
    for casts in [((FULL, [cut]), (LEVELLED, [whole])), ((LEVELLED, [whole]), (FULL, [cut]))]:
        decided, undecided = outcome(*casts)
        assert (decided, undecided) == ([], [(Reason.UNCONFIRMED, [b"73064760166424"])])
    _, undecided = outcome((LEVELLED, [whole]), (FULL, [seen(b"999999", Format.ITF, size=60)]))
    assert undecided == [(Reason.DISAGREE, [b"73064760166424", b"999999"])]


def test_a_place_only_located_is_unreadable_until_a_pass_reads_it():
    assert outcome((FULL, [seen(None)])) == ([], [(Reason.UNREADABLE, [])])
    assert outcome((FULL, [seen(None)]), (DOUBLED, [seen(b"A", at=3)])) == ([b"A"], [])
    assert outcome((FULL, [seen(b"A")]), (DOUBLED, [seen(None, at=3)])) == ([b"A"], [])


def test_the_most_alarming_reason_is_given():
    ballot = Ballot()
    ballot.cast(FULL, [seen(b"A"), seen(None, at=300)])
    ballot.cast(DOUBLED, [seen(b"B")])
    assert reason_for(ballot.decided(), ballot.undecided(), None) is Reason.DISAGREE


def test_a_narrow_weak_code_needs_a_doubled_picture_or_another_reader():
    """At 1.3 pixels a module the picture as it is and the levelled one misread alike, check digit and all."""
    narrow, wide = (seen(b"4006381333931", Format.EAN_13, size=size) for size in (124.0, 300.0))
    zbar = seen(b"4006381333931", Format.EAN_13, size=124.0, reader=ZBAR)
    assert outcome((FULL, [wide]), (LEVELLED, [wide]))[0] == [b"4006381333931"]
    own_scale = [(FULL, [narrow]), (LEVELLED, [narrow])]
    assert outcome(*own_scale)[1] == [(Reason.UNCONFIRMED, [b"4006381333931"])]
    assert outcome(*own_scale, (DOUBLED, [narrow]))[0] == [b"4006381333931"]
    assert outcome(*own_scale, (SECOND, [zbar]))[0] == [b"4006381333931"]
