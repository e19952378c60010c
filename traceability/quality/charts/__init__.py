"""Control charts as functions over types (ISO 7870; Montgomery, Introduction to Statistical Quality Control).

Modules, lower ones first::

    rule, rule_watch              patterns as data; their evaluation point by point in constant memory
    chart                         what a chart is: points with their limits, estimator, constants, violations
    factors, estimate, exact_limits      constants, estimators of sigma, probability limits of counts
    baseline, options, drawing    frozen limits with who, when, which data and why; how to draw; drawing
    variables, individuals        X̄-R, X̄-S, I-MR
    attributes, laney, rare       p, np, c, u; p′, u′; g and t for rare events
    ewma, cusum, bernoulli_cusum  charts with memory
    stages                        one picture of several baselines

Phase I estimates limits from the data; phase II judges by a baseline and never estimates again. Excluded points are
shown, but neither estimate nor signal. A point on a limit is no signal (strict >).
"""
