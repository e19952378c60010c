"""EPCIS 2.0 (ISO/IEC 19987) and CBV 2.0 (ISO/IEC 19988): events in JSON-LD and XML, hash identifiers, queries.

The only room that knows JSON-LD. No context is ever fetched: the standard one is known here, others are read as far
as they stand in the document.
"""
