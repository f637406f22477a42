"""The arithmetic: counts in, estimates with their uncertainty out. Knows no Flask and no database."""
