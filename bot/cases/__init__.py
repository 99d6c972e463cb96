"""Cases: what staff did for the safety of a group, why, and what became of it."""
