"""How agents' keys come to the hub and lose their force: one-time tokens, enrolment, rotation, revocation."""
