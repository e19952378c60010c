"""Improvement: weak points found from the data, and one record from the weak point to the standard.

What follows from a set of changes is decided in ``traceability.improvement``; here they are entered and sealed, checked
by the metrics of ``hub.metric``, listed, exported, and overdue actions are told.
"""
