"""Activity-based quality costs: what they are (PAF), how they are allocated, and what an action saved.

Prevention, appraisal, internal and external failure (Feigenbaum's model, as in BS 6143-2). A cost is *traced* where
its entry says what it is about, and *allocated* by the measured quantities of a driver elsewhere; what has neither
stays visible as unallocated. Amounts are exact decimals and every allocation adds up to the last cent.
"""
