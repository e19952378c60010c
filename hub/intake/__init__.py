"""Large files, taken in beside the hub's other work: checked, shown with how far they are, and entered when told so."""
