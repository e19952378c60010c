"""The estimates of one symbol, whatever its kind."""

import msgspec

from vision.formats import CORRECTED, MATRIX
from vision.grade.linear import linear_quality
from vision.grade.matrix import matrix_quality
from vision.picture import Grey
from vision.symbol import Quality, Symbol


def graded(picture: Grey, symbol: Symbol) -> Symbol:
    """The symbol with its quality as this picture shows it, and without the modules that served for it."""
    quality: Quality | None = None
    if symbol.format in MATRIX and symbol.modules is not None:
        quality = matrix_quality(picture, symbol.polygon, symbol.modules, symbol.format)
    elif symbol.format not in CORRECTED:
        quality = linear_quality(picture, symbol.polygon)
    if symbol.unused_correction is not None:
        unused = round(symbol.unused_correction, 3)
        quality = msgspec.structs.replace(quality or Quality(), unused_correction=unused)
    return msgspec.structs.replace(symbol, modules=None, quality=quality)
