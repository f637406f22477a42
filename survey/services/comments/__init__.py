"""Free texts of citizens: readable with a release, ten at a time at least, and erased one alone."""
