"""Distributions fitted to measured values, by maximum likelihood in plain Python.

Modules, lower ones first::

    root                          a root of a function of one variable
    families                      normal, lognormal, Weibull, gamma: distribution functions and quantiles
    likelihood, weibull           their maximum likelihood fits; Weibull also with censored lives
    johnson                       Johnson's SU, SB and SL by four quantiles
    goodness                      Anderson-Darling, AIC, and the choice among families
    boxcox                        the power that makes values most normal
"""
