"""Pages of after-sales: from a label or a serial to the unit, what failed units share, and where it all went."""
