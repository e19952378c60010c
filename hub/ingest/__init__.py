"""Batches of authors: verified, put in their place, taken or refused with a reason."""
