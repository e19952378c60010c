"""Quality statistics and the five levels: one implementation for agent, hub and offline auditor.

Pure and light: no clock, no I/O, nothing beyond the standard library and msgspec. Import the module that is needed
(``traceability.quality.intervals``, ``.first_pass``, ``.grade`` ...); this package itself imports nothing, so that a
room which needs only statistics does not pull in units and records.

Modules, lower ones first::

    reason, errors, level, distributions      words and special functions
    moments, constants, intervals             exact sums, SPC constants, confidence intervals
    ordering, first_pass, lot_first_pass, rolled       yields from results
    sigma, stability, normality, capability_index, capability      what processes can do
    window, loss                              money lost
    threshold, metric_grade, questionnaire, dimension, grade       from figures to a Level
"""
