"""Early warning 智能预警: alarm rules of a control plan, judged unit by unit in constant memory.

Pure: no clock, no I/O. A watch of one operation sees what each unit brought (verdict, values, offset of the device's
clock) and says which rules signal; its state is plain data that can be kept and put back.

Modules, lower ones first::

    rule            the rules as data, as a control plan states them, each with the false-alarm rate it is chosen by
    baseline        from the baseline of a chart to that of a plan
    signal          what a detector says
    run_length      average run lengths: from a wanted false-alarm rate to limits, and back
    price           how often a rule gives a false alarm
    patterns, drift, trend, counts      the detectors
    summary         running sums of each characteristic
    watch           all detectors of one operation

A detector begins anew after its signal, so that a lasting fault signals again after it was let go on.
"""
