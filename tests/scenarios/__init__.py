"""Scenarios: the house, spoken to in people and minutes."""
