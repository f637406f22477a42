"""How a response comes in, what is decided about it, and what it counts as; the serials of paper forms."""
