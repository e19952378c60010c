"""Incoming material: received by scan, inspected by sampling plans, held until judged, traced back when it fails later.

``agreed`` what is inspected; ``expected`` what suppliers say they sent; ``due`` which plan a lot is judged by and what
a result means; ``supply`` what the lots of a supplier have led to; ``receive``, ``inspect``, ``decide`` and ``escape``
enter records; ``board`` and ``read`` show them.
"""
