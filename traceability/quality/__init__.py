"""Quality statistics and the five levels: one implementation for agent, hub and offline auditor.

Pure and light: no clock, no I/O, nothing beyond the standard library and msgspec. Import the module that is needed
(``traceability.quality.intervals``, ``.first_pass``, ``.grade`` ...); this package itself imports nothing, so that a
room which needs only statistics does not pull in units and records.

Modules, lower ones first::

    reason, errors, refusal, level            words: why there is no figure, and the levels
    steps, distributions, moments             exact integers at the edge, special functions, exact sums
    constants, intervals, normality           SPC constants, confidence intervals, Anderson-Darling
    ordering, first_pass, lot_first_pass, rolled       yields from results
    charts/                                   control charts, baselines, rules; streaming and batch alike
    fit/                                      distributions fitted to values, Box-Cox, censored Weibull
    sigma, stability, capability_index, capability      what processes can do, as graded
    study/                                    capability studies by every usual method
    msa/                                      gauge studies: R&R, type 1, bias, linearity, attribute agreement
    rollup, rollup_figures                    mergeable summaries and the figures they answer
    window, loss                              money lost
    threshold, metric_grade, questionnaire, dimension, grade       from figures to a Level

A public function that may find nothing to compute answers ``Refused`` with its reason (charts, fits, studies), or
carries the reason in its result (what is graded).
"""
