"""What only a harder pass reads, by a generator with known truth; never anything else than what is printed."""

import numpy as np
import pytest
from label_pictures import CONTENTS, Spoil, label_picture

from vision.decode import DecodeOptions, decode_grey
from vision.formats import Format
from vision.passes import PASSES
from vision.readers import ZXING

PEENED = DecodeOptions(formats=frozenset({Format.DATA_MATRIX, Format.QR}), expected=1)


def chance(*seeds):
    return np.random.default_rng(seeds)


@pytest.mark.parametrize("symbology", ["DataMatrix", "QRCode"])
@pytest.mark.parametrize("module", [3, 6, 10])
def test_dots_are_read_whatever_their_size_and_colour(symbology, module):
    for number in range(3):
        picture, truth = label_picture(symbology, number, Spoil.DOT_PEEN, 0.3, chance(number, module), module=module)
        reading = decode_grey(picture, PEENED)
        assert [symbol.raw for symbol in reading.symbols] == [truth], reading.passes
        middle = np.mean(reading.symbols[0].polygon, axis=0)
        assert np.linalg.norm(middle - np.array(picture.shape[::-1]) / 2) < min(picture.shape) / 6


@pytest.mark.parametrize("symbology", ["ITF", "EAN13", "EAN8", "UPCA", "Code39", "Code93", "DataBarOmni", "PDF417"])
def test_light_on_dark_linear_codes(symbology):
    picture, truth = label_picture(symbology, 4, Spoil.INVERTED, 0.1, chance(4))
    (symbol,) = decode_grey(picture, DecodeOptions(expected=1)).symbols
    assert symbol.raw == truth


@pytest.mark.parametrize("symbology", ["QRCode", "DataMatrix", "Aztec", "Code128", "EAN13"])
@pytest.mark.parametrize(("spoil", "degree"), [(Spoil.BLUR, 0.45), (Spoil.NOISE, 0.4), (Spoil.GLARE, 0.3)])
def test_what_a_station_goes_through(symbology, spoil, degree):
    picture, truth = label_picture(symbology, 11, spoil, degree, chance(11))
    reading = decode_grey(picture, DecodeOptions(expected=1))
    assert [symbol.raw for symbol in reading.symbols] == [truth], reading.passes


@pytest.mark.parametrize("symbology", CONTENTS)
def test_every_symbology_turned_and_aslant(symbology):
    for spoil in (Spoil.ROTATION, Spoil.PERSPECTIVE):
        picture, truth = label_picture(symbology, 23, spoil, 0.2, chance(23))
        reading = decode_grey(picture, DecodeOptions(expected=1))
        assert [symbol.raw for symbol in reading.symbols] == [truth], (spoil, reading.passes)


@pytest.mark.parametrize("symbology", ["DataMatrix", "RMQRCode"])
def test_an_oblong_code_seen_in_a_mirror(symbology, printed):
    picture = printed("MIRROR-123456", symbology)
    assert picture.shape[1] > picture.shape[0] + 20
    (symbol,) = decode_grey(np.ascontiguousarray(picture[:, ::-1]), DecodeOptions(expected=1)).symbols
    assert symbol.raw == b"MIRROR-123456"
    middle = np.mean(symbol.polygon, axis=0)
    assert np.linalg.norm(middle - np.array(picture.shape[::-1]) / 2) < 6


def test_what_cannot_be_read_is_never_read_wrong():
    """The far end of every scale, with every format allowed: silence is right, another text is not."""
    for symbology in ("QRCode", "DataMatrix", "Code128", "ITF", "EAN13", "EAN8"):
        for spoil in (Spoil.DAMAGE, Spoil.OCCLUSION, Spoil.BLUR, Spoil.NOISE):
            picture, truth = label_picture(symbology, 31, spoil, 1.0, chance(31))
            reading = decode_grey(picture, DecodeOptions())
            assert {symbol.raw for symbol in reading.symbols} <= {truth}, (symbology, spoil, reading)
            assert reading.symbols or reading.reason is not None


def test_the_first_pass_ends_it_where_it_reads():
    for symbology in ("QRCode", "DataMatrix", "Aztec", "PDF417", "Code128", "Code39", "Code93", "DataBarOmni"):
        picture, truth = label_picture(symbology, 5, None, 0, chance(5))
        for options, passes in ((DecodeOptions(expected=1), ("fast",)), (DecodeOptions(), ("full",))):
            reading = decode_grey(picture, options)
            assert (reading.passes, [symbol.raw for symbol in reading.symbols]) == (passes, [truth])


def test_passes_are_named_once_and_a_huge_picture_is_spared_the_dear_ones():
    names = [attempt.name for attempt in PASSES if not attempt.confirms]
    assert len(set(names)) == len(names)
    huge = np.broadcast_to(np.uint8(0), (9000, 9000))
    kept = [attempt.name for attempt in PASSES if attempt.fits(huge) and attempt.reader == ZXING]
    assert kept[:2] == ["fast", "full"]
    assert not any("doubled" in name or "deblurred" in name for name in kept)
