"""Atlas Copco Open Protocol: tightening results, none missed that the controller still has.

``framing`` and ``result`` are the codec, ``numbering`` says what lies between two results, ``session`` holds the rules
of a conversation without doing any input or output, ``source`` connects them to a device.
"""
