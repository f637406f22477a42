"""The engine: how the two databases are opened, checked and written to. No table is known here."""
