"""The door for documents: JSON-LD or XML, told apart by their first character."""

from io import BytesIO
from typing import BinaryIO

from traceability.epcis.document import DocumentReader
from traceability.epcis.source import Limits
from traceability.epcis.xml_document import XmlDocumentReader

_BLANK = b" \t\r\n"
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def open_document(
    file: BinaryIO | bytes, limits: Limits | None = None, *, apart: bool = False
) -> DocumentReader | XmlDocumentReader:
    """A reader for the document; ``file`` must be seekable. Both readers have the same face.

    ``apart``: events of JSON come as texts.
    """
    source = BytesIO(file) if isinstance(file, bytes) else file
    start = source.tell()
    first = source.read(64)
    source.seek(start)
    is_xml = (first.startswith(_MARKS) and b"<" in first) or first.lstrip(_BLANK).startswith(b"<")
    return XmlDocumentReader(source, limits) if is_xml else DocumentReader(source, limits, apart=apart)
