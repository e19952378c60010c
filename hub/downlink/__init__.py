"""The way down to agents: signed, numbered batches that they fetch; orders and messages that people enter for them."""
