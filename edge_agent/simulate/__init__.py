"""A profile becomes a device: the real protocol, plausible values, the controller's side of the handshake, and faults.

Nothing here is used by a running agent; ``zhuoyue-agent simulate`` and tests are its users.
"""
