"""Group sessions: series, reminders, answers to them."""
