"""Who may see what of whom: policies, what they come to, and the log of what was read."""
