"""From rows to results: quotas, estimates, the analysis, and the reports made of them."""
