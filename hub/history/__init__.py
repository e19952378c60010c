"""A plant's past, from files: shown and counted apart, never mixed with what agents signed."""
