"""Pages about what stands at a counter: codes, posters, cards and screens."""
