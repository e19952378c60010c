"""Good pictures to what a program compares with."""
