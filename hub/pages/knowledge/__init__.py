"""Pages of the knowledge base: finding a case, reading it, entering one."""
