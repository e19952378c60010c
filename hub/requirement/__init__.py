"""Quality requirements along the chain: proposed, countered, agreed, passed on, and looked at by what is shared.

``act`` enters what happens, ``read`` shows it, ``exchange`` carries it from hub to hub; ``fulfil`` compares what is
agreed with what the supplier shares, ``tell`` tells it what it missed, ``alike`` tests whether lots and suppliers are
alike; ``sheets`` are the tables.
"""
