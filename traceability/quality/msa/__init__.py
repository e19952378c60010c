"""Measurement system analysis (AIAG MSA, 4th edition; ISO 22514-7; VDA 5).

Modules, lower ones first::

    anova              exact sums of squares, one way and crossed two ways
    readings           a gauge study's readings, checked
    components         variance components and what is said of them: %SV, %Tol, ndc
    gauge_study        repeatability and reproducibility by ANOVA, and by average and range
    type_one, bias, linearity      one part measured often; several references
    kappa, agreement   attribute gauges and vision stations: agreement, false rejects, escapes
"""
