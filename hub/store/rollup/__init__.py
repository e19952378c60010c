"""What is counted as it comes: hours of values, tallies of results."""
