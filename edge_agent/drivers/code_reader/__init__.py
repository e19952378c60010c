"""Code readers on a socket or a serial line: messages to codes, no-reads told apart from silence."""
