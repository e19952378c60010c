"""Pages of large files: what was sent, how far each is, and entering or giving up."""
