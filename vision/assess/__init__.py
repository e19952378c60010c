"""How good is the station? A labelled folder of pictures against what decoding and inspecting make of it."""
