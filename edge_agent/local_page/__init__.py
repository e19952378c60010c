"""The page on the line PC itself: how the line stands, for the person beside it and for monitoring; loopback only."""
