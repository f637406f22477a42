"""The verbs of the service. Each public verb is one transaction; only this package sees the tables."""
