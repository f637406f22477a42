"""What a campaign says beyond its figures: drivers, one unit's criteria side by side, what may be said of each."""
