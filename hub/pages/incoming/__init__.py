"""Pages of incoming material: what is expected, what came, how it is judged, and what slipped through."""
