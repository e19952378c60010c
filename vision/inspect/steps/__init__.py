"""One module per kind of step; `vision.inspect.steps.registry.STEPS` is the table of them."""
