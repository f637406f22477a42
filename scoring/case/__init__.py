"""A survey in three files, read whole or refused whole, and every record of its statistics."""
