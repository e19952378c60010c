"""A camera that writes pictures of real labels."""

from pathlib import Path

import cv2
import numpy as np
import zxingcpp


def write_picture(folder: Path, name: str, *texts: str) -> Path:
    """A grey picture with one DataMatrix per text (a noisy one without any), put there as a camera does."""
    noise = np.random.default_rng(len(name)).integers(90, 160, (300, 300 * max(1, len(texts))), dtype=np.uint8)
    for number, text in enumerate(texts):
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix)
        image = np.array(zxingcpp.write_barcode_to_image(code, scale=6))
        noise[20 : 20 + image.shape[0], 300 * number + 20 : 300 * number + 20 + image.shape[1]] = image
    folder.mkdir(exist_ok=True)
    half = folder / f".{name}.half"
    half.write_bytes(cv2.imencode(".png", noise)[1].tobytes())
    half.replace(folder / name)
    return folder / name
