"""Pages of those who look at their suppliers: the list, two to four compared, one supplier, one characteristic."""
