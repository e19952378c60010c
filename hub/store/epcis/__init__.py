"""Events as partners send and ask for them."""
