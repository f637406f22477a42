"""Who may act: accounts, the actor of an act with the units that it reaches, and the audit entry beside it."""
