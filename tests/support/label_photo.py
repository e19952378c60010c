"""A photo of a label, as a phone makes it."""

from pathlib import Path

import cv2
import numpy as np
import zxingcpp


def label_photo(path: Path, content: str) -> Path:
    """Of one DataMatrix with this GS1 content; ``path`` is written."""
    code = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.DataMatrix, gs1=True)
    photo = cv2.copyMakeBorder(np.array(code.to_image(scale=8)), 90, 90, 140, 140, cv2.BORDER_CONSTANT, value=235)
    cv2.imwrite(str(path), photo)
    return path
