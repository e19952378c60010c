"""From a picture to the part's pose: one module per kind, `LOCATORS` is the registry."""
