"""A whole supply chain on one machine: simulated devices, real protocols, real agents, a real hub."""
