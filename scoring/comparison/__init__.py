"""Differences between units, years and indices, ranks with their confidence sets, and the ranking."""
