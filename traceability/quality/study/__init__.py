"""Capability studies: every usual index with its interval, for normal and other distributions (ISO 22514-2).

Modules, lower ones first::

    limits                 specification limits, checked
    percentiles            sample quantiles; indices by the percentiles 0.135 %, 50 %, 99.865 %
    within                 sigma within subgroups with its degrees of freedom
    time_model             what the process does over time: A1, A2, B, C, D
    shape                  which percentiles or transformation the indices rest on
    capability_study       the study

:func:`traceability.quality.capability.assess_capability` is what grading uses; a study explains and explores.
"""
