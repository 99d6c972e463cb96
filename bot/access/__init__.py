"""Who may open a private page: one-time links, sessions, the second factor, and the record of who saw what."""
