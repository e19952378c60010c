"""What comes down from the hub: fetched by a long poll, verified, taken once, and applied."""
