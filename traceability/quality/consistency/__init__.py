"""质量一致性: are lots, or suppliers, alike? Tested, with the size of the difference beside its p value."""
