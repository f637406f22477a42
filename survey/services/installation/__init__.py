"""An open installation: its settings, keys, database and background work, and the schema they stand on."""
