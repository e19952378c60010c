"""The QR code of a page: whoever has its print in hand comes back to it."""

from typing import Any

from starlette.requests import Request

from hub.pages.frame.address import address_of
from vision.drawing import LONGEST, draw_qr


def page_code_context(request: Request) -> dict[str, Any]:
    """The address of the page as this reader reaches the hub, and its code; none where it would be too long."""
    return code_of(request, address_of(request).path)


def code_of(request: Request, path: str) -> dict[str, Any]:
    """The same of another page."""
    address = str(request.base_url).rstrip("/") + path
    return {"page_address": address, "page_code": draw_qr(address) if len(address) <= LONGEST else None}
