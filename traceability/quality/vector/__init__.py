"""Charts and capability of many values at once, over arrays. Needs NumPy, which the extra ``zhuoyue[stats]`` brings.

The rest of the ground does without: what is here answers the same as ``charts`` and ``study`` do value by value. Values
are whole numbers of a resolution, as everywhere in records, so sums are exact: statistics, limits and signals are equal
to the last bit while value, count and resolution fit 2**53 together, which measured values do; beyond, and for sigma
from standard deviations (a sum of many roots), within 1e-12 of the figure.

Modules, lower ones first::

    steps         values as arrays of whole numbers; exact sums
    signals       rules of charts over whole arrays
    charts        X̄-R, X̄-S, I-MR, p, np, c, u
    capability    mean, sigma, Pp and Ppk
"""
