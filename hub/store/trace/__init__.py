"""What is in what, where it went, what was corrected and recalled."""
