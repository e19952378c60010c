"""Quality statistics and the five levels: one implementation for agent, hub and offline auditor.

Pure and light: no clock, no I/O, nothing beyond the standard library and msgspec. Import the module that is needed
(``traceability.quality.intervals``, ``.first_pass``, ``.grade`` ...); this package itself imports nothing, so that a
room which needs only statistics does not pull in units and records.

Modules, lower ones first::

    reason, errors, refusal, level            words: why there is no figure, and the levels
    steps, distributions, moments             exact integers at the edge, special functions, exact sums
    constants, intervals, normality           SPC constants, confidence intervals, Anderson-Darling
    ordering, first_pass, lot_first_pass      yields from results
    sampling, acceptance, rolled              yields of lots judged on a sample, what was accepted, and over a route
    charts/                                   control charts, baselines, rules; streaming and batch alike
    alarm/                                    early warning: rules of a plan judged unit by unit, and their price
    fit/                                      distributions fitted to values, Box-Cox, censored Weibull
    sigma, stability, capability_index, capability      what processes can do, as graded
    study/                                    capability studies by every usual method
    msa/, gauge                               gauge studies, and what a register of gauges says
    field_return                              units that failed in the field, by month of shipment
    rollup, rollup_scale, rollup_figures      mergeable summaries, in other units, and the figures they answer
    window, calendar, loss                    periods, their coverage, and money lost
    threshold, metric_grade, questionnaire    what is asked for each level
    dimension_grade, digital_coverage         dimensions as answered, and D2 as measured
    policy, grade, grade_text                 from figures to a Level, and its spelling

A public function that may find nothing to compute answers ``Refused`` with its reason (charts, fits, studies), or
carries the reason in its result (what is graded).
"""
