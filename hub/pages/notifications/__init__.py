"""The mailbox: notifications between companies, one as a thread, and what may be done in it."""
