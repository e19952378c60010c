"""Quality requirements along the chain: proposed, countered, agreed, passed on, and looked at by what is shared.

``act`` enters what happens, ``read`` shows it, ``exchange`` carries it from hub to hub; ``fulfil`` compares what is
agreed with what the supplier shares, ``watch`` does so round after round and ``news`` tells both, ``tell`` notifies the
supplier of what it missed, ``alike`` tests whether lots and suppliers are
alike; ``sheets`` are the tables.
"""
