"""Clock, wall-time recurrence, zones, quiet hours."""
