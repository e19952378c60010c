"""Figures of a metric at a place over a period, from the records: what targets, actions and reviews are judged by."""
