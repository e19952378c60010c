"""The self-declaration 自我声明: what a plant declares, what it was computed from, and computing it again.

``document`` is the signed file; ``recompute`` gets every figure from the document's own inputs by the rules of
``traceability.quality``, so that a reader needs no hub to check the arithmetic.
"""
