"""The agent on a line PC: devices in, signed batches out."""
