"""Pictures to measurements and verdicts by a taught program. Knows no control plan and no unit.

Modules, lower ones first::

    result, program             words: what a program asks, what an inspection says
    frame, sampling, pose       pixels as they are; values between pixels; where the part lies
    edges, shapes, metric       edges below the pixel, lines and circles through them, lengths with uncertainty
    scene                       one picture being inspected
    locate/                     fiducials, markers, features: from a picture to a pose
    steps/                      one module per kind of step; `steps.STEPS` is the registry
    taught, program_file        what teaching left beside the program, and the program's file
    run, overlay                one picture through a program; the picture with what was found drawn in
"""
