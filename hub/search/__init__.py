"""From what a person types, pastes or scans to the page that answers."""
