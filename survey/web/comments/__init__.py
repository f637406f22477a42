"""Pages on which citizens' free texts are read."""
