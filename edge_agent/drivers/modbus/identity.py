"""What a Modbus unit says it is: function 43 with MEI type 14, Read Device Identification (Application Protocol, 6.21).

Only the basic stream is asked for (vendor name, product code, revision), which every unit that knows the function has.
"""

from typing import Any

from pymodbus.pdu import ExceptionResponse, ModbusPDU
from pymodbus.pdu.mei_message import ReadDeviceInformationResponse

from firmware_profiles.identify import Claim

BASIC = 1
FUNCTION = 0x2B
_VENDOR, _PRODUCT, _REVISION = 0, 1, 2


def claim_of(reply: ModbusPDU) -> Claim | None:
    """The unit's own words in an answer; None when it does not know the function."""
    if isinstance(reply, ExceptionResponse) or not isinstance(reply, ReadDeviceInformationResponse):
        return None
    product = _text(reply.information, _PRODUCT)
    return Claim(
        vendor=_text(reply.information, _VENDOR),
        products=(product,) if product else (),
        revision=_text(reply.information, _REVISION),
    )


def _text(objects: dict[int, Any], number: int) -> str | None:
    content = objects.get(number, b"")
    parts = content if isinstance(content, list) else [content]
    return b"".join(parts).decode("utf-8", "replace").strip("\0 ") or None
