"""Canonical bytes and hashes of what was accepted: pure, no Flask, no database."""
