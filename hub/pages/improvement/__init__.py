"""Pages of improvement: weak points, the board, one improvement as PDCA and as 8D, feedback to design."""
