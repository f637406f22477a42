"""Invitations: lists of recipients, letters, and how each goes out once."""
