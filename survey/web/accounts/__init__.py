"""Pages about accounts: signing in and out, passwords, who may sign in."""
