"""Knowledge base: causes and the actions that worked against them, found again by words and by what they are about."""
