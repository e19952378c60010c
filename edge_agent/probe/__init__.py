"""Finding out what is at an address: units, identity, nodes, a fitting profile, and where a displayed value is kept.

A probe only reads. It goes through the agent's own drivers, one request after another with pauses in between, because
it runs on machines that are working.
"""
