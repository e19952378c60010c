"""Pages of quality costs: what a plant spends on quality and on its absence, the entries, and what an action saved."""
