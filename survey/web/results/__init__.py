"""Pages about figures: the quota board, the results, the analysis."""
