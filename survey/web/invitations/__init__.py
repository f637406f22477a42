"""Pages about invitations."""
