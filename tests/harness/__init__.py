"""The house: the real client against the sandbox, spoken to in people and minutes."""
