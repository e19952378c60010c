"""The yearly review of a plant, on a page and as a file to keep."""
