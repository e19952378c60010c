"""How well a symbol is marked: relative estimates, so that wear is seen as a trend before reads fail.

What ISO/IEC 15415 and 15416 define needs a calibrated reflectometer, a set aperture and angle of light. A station's
camera has none of that, so nothing here is a grade of those standards: the numbers are named as in them, run from 0
to 1, and are good for comparison with those of the same station and light.
"""
