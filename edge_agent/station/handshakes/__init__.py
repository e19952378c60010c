"""The ways in which a station agrees with its controller on a cycle; each module states its rules and does no I/O."""
