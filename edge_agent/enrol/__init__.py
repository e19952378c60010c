"""The line PC's key: made here, made known to the hub with a one-time token, changed; and the plant's own key."""
