"""Backups of an installation, made by the product itself."""
