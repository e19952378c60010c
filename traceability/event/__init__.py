"""EPCIS 2.0 events as types: what, when, where, why and how, without a word of how they are spelt as text."""
