"""View records of the results pages: the report's own sentences and tables, laid out for a screen."""
