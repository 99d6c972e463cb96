"""The group's check-in card, its thread and its answers."""
