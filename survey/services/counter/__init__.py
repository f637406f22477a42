"""What stands at a counter: posters, cards with one-time codes, codes on a screen."""
