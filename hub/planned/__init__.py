"""As built against as planned: what results and genealogy say, beside what master data said at that time."""
