"""How to read a device: profile format, decoding, catalogue and the profiles themselves."""
