"""What do these units have in common? Exact tests of every value of every factor, corrected and told apart."""
