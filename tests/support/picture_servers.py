"""Cameras on the network, on loopback: a stream of JPEG pictures over HTTP that works, stalls or goes away."""

import socket
import threading
import time

import cv2
import numpy as np


class StreamingCamera:
    """Sends ``multipart/x-mixed-replace`` to whoever connects; each picture shows its number as its brightness.

    ``freeze`` sends the same bytes again and again, ``stall`` sends nothing any more, ``vanish`` hangs up and answers
    no more until ``come_back``.
    """

    def __init__(self, every: float = 0.03) -> None:
        self._every = every
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.pictures: list[bytes] = []
        self.frozen = False
        self._stalled = threading.Event()
        self._gone = threading.Event()
        self._ended = threading.Event()
        self._number = 0
        self._noise = np.random.default_rng(1)
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/stream.mjpg"

    def show(self, picture: np.ndarray) -> None:
        """Shows this one from now on."""
        self.scene = picture

    scene = np.full((240, 320), 100, np.uint8)

    def stall(self) -> None:
        self._stalled.set()

    def go_on(self) -> None:
        self._stalled.clear()

    def vanish(self) -> None:
        self._gone.set()

    def come_back(self) -> None:
        self._gone.clear()

    def close(self) -> None:
        self._ended.set()
        self._listener.close()
        self._thread.join(10)

    def _accept(self) -> None:
        self._listener.settimeout(0.1)
        while not self._ended.is_set():
            try:
                peer, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        with peer:
            if self._gone.is_set():
                return
            try:
                peer.settimeout(5)
                peer.recv(4096)
                peer.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=part\r\n\r\n")
                while not (self._gone.is_set() or self._ended.is_set()):
                    if not self._stalled.is_set():
                        peer.sendall(self._part())
                    time.sleep(self._every)
            except OSError:
                return

    def _part(self) -> bytes:
        if not (self.frozen and self.pictures):
            noise = self._noise.normal(0, 3, self.scene.shape)
            picture = np.clip(self.scene + noise, 0, 255).astype(np.uint8)
            self.pictures = [cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()]
        jpeg = self.pictures[-1]
        head = f"--part\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
        return head.encode() + jpeg + b"\r\n"
