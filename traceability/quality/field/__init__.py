"""How long units last in the field: lives, Weibull models with bounds, forecasts and reminders, and their back-tests.

Modules, lower ones first::

    lives          ages at failure and so far, of a fleet at a day
    triangle       ship cohort x age
    life_model     censored Weibull by maximum likelihood, or with a given shape; bounds by likelihood
    forecast       claims to be expected, with bounds
    back_test      forecasts made in the past against what came, and against the dumb baseline
    reminders      maintenance due by usage against life, and how well such reminders did
"""
