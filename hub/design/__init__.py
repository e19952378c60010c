"""Feedback to design: what manufacturing really does with each tolerance, and which components fail in the field."""
