"""Agents: enrolment, contacts, silence, roll-outs, what is sent down to them."""
