"""The libraries that speak with cameras, behind one call: the next picture. Blocking, maybe for ever.

Only `vision.source.grabber` calls them, in a process of its own.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.errors import SourceRefused
from vision.source.address import Address, Kind

Pixels = NDArray[np.generic]
NextFrame = Callable[[], Pixels | None]
"""The next picture; None when the source has ended or is gone."""

_OPEN_WITHIN_MS = 10_000
_FETCH_WITHIN_S = 10.0


def open_frames(address: Address) -> NextFrame:
    """Connects to the camera; SourceRefused when that fails or its library is missing."""
    return _OPENERS[address.kind](address)


def _opencv(address: Address) -> NextFrame:
    if address.recorded and not Path(address.target).is_file():
        raise SourceRefused("no such video file", where=address.target)
    if address.target.isdecimal():
        capture = cv2.VideoCapture(int(address.target))
    else:
        waits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, _OPEN_WITHIN_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, _OPEN_WITHIN_MS]
        capture = cv2.VideoCapture(address.target, cv2.CAP_FFMPEG, waits)
    if not capture.isOpened():
        raise SourceRefused("the camera or stream cannot be opened", advice="look at its address, power and network")
    # An old picture is worse than none: keep as few as the backend lets us.
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)

    def following() -> Pixels | None:
        done, pixels = capture.read()
        return pixels if done else None

    return following


def _genicam(address: Address) -> NextFrame:
    harvester = _library("harvesters.core", "harvesters", "pip install 'zhuoyue[genicam]'").Harvester()
    if not Path(address.producer).is_file():
        raise SourceRefused("no such GenICam producer", where=address.producer, advice="its vendor ships the .cti file")
    harvester.add_file(address.producer)
    harvester.update()
    if not harvester.device_info_list:
        raise SourceRefused("the GenICam producer finds no camera", where=address.producer)
    acquirer = harvester.create({"serial_number": address.target} if address.target else 0)
    acquirer.start()

    def following() -> Pixels | None:
        with acquirer.fetch(timeout=_FETCH_WITHIN_S) as buffer:
            component = buffer.payload.components[0]
            return _shaped(component.data.copy(), component.width, component.height)

    return following


def _aravis(address: Address) -> NextFrame:
    gi = _library("gi", "PyGObject with Aravis", "apt-get install gir1.2-aravis-0.8 python3-gi")
    try:
        gi.require_version("Aravis", "0.8")
    except ValueError:
        raise _missing("Aravis 0.8", "apt-get install gir1.2-aravis-0.8") from None
    aravis: Any = import_module("gi.repository.Aravis")
    try:
        camera = aravis.Camera.new(address.target or None)
        stream = camera.create_stream(None, None)
        for _ in range(4):
            stream.push_buffer(aravis.Buffer.new_allocate(camera.get_payload()))
        camera.start_acquisition()
    except gi.repository.GLib.Error as error:
        raise SourceRefused(f"the camera cannot be used: {error.message}") from None

    def following() -> Pixels | None:
        buffer = stream.timeout_pop_buffer(int(_FETCH_WITHIN_S * 1e6))
        if buffer is None:
            return None
        try:
            if buffer.get_status() != aravis.BufferStatus.SUCCESS:
                return np.empty((0, 0), np.uint8)  # torn: the next one may be whole
            data = np.frombuffer(buffer.get_data(), np.uint8).copy()
            return _shaped(data, buffer.get_image_width(), buffer.get_image_height())
        finally:
            stream.push_buffer(buffer)

    return following


def _shaped(data: NDArray[Any], width: int, height: int) -> Pixels:
    """Grey values as rows; deeper than 8 bit where there are two bytes a pixel. Empty for what is no grey picture."""
    if data.size == width * height:
        return data.reshape(height, width)
    if data.dtype == np.uint8 and data.size == 2 * width * height:
        return data.view(np.uint16 if sys.byteorder == "little" else ">u2").reshape(height, width)
    if data.size == 3 * width * height:
        return data.reshape(height, width, 3)
    return np.empty((0, 0), np.uint8)


def _library(module: str, name: str, install: str) -> Any:
    try:
        return import_module(module)
    except (ImportError, OSError):
        raise _missing(name, install) from None


def _missing(name: str, install: str) -> SourceRefused:
    return SourceRefused(f"{name} is not installed, which this camera needs", advice=install)


_OPENERS: dict[Kind, Callable[[Address], NextFrame]] = {
    Kind.OPENCV: _opencv,
    Kind.GENICAM: _genicam,
    Kind.ARAVIS: _aravis,
}
