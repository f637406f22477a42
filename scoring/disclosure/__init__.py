"""Statistical disclosure control: which cells of a table stay hidden so that nobody can be told from it."""
